using Headgate.Drivers.Ceph;
using Headgate.Storage.Conformance;

namespace Headgate.Ceph.Tests;

/// <summary>Counts the driver's requests and breaks one of them: before it is made, or after it was answered.</summary>
internal sealed class BreakableLink : IArrayLink
{
    private int _requests;
    private volatile int _loseReplyTo;
    private volatile int _cutBefore;

    /// <summary>The first request whose purpose begins so is answered with the number in place of being made.</summary>
    private volatile Tuple<string, int>? _answer;
    private int _passes;

    /// <summary>The first request whose purpose begins so waits for the event before it is made.</summary>
    private volatile Tuple<string, ManualResetEventSlim, TaskCompletionSource>? _hold;

    public int Requests => Volatile.Read(ref _requests);

    public void Reset()
    {
        (_loseReplyTo, _cutBefore, _answer, _hold) = (0, 0, null, null);
        Volatile.Write(ref _requests, 0);
    }

    public void LoseReplyTo(int number) => _loseReplyTo = number;

    public void CutBefore(int number) => _cutBefore = number;

    /// <summary>Answers the <paramref name="nth"/> request for <paramref name="what"/> with <paramref name="code"/>.</summary>
    public void Answer(string what, int code, int nth = 1) => (_passes, _answer) = (nth - 1, Tuple.Create(what, code));

    /// <summary>Cuts the link at the <paramref name="nth"/> request for <paramref name="what"/>, and leaves it cut.</summary>
    public void CutAt(string what, int nth = 1) => Answer(what, Errno.NotConnected, nth);

    /// <summary>Holds the first request for <paramref name="what"/> until <paramref name="go"/>; the task ends when it is held.</summary>
    public Task Hold(string what, ManualResetEventSlim go)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _hold = Tuple.Create(what, go, held);
        return held.Task;
    }

    public int Around(string what, Func<int> request)
    {
        var number = Interlocked.Increment(ref _requests);
        if (_cutBefore > 0 && number >= _cutBefore) return Errno.NotConnected;
        if (_answer is { } answer && what.StartsWith(answer.Item1, StringComparison.Ordinal) && _passes-- == 0)
        {
            _answer = null;
            if (answer.Item2 == Errno.NotConnected) _cutBefore = 1;
            return answer.Item2;
        }
        if (_hold is { } hold && what.StartsWith(hold.Item1, StringComparison.Ordinal))
        {
            _hold = null;
            hold.Item3.SetResult();
            hold.Item2.Wait(TestContext.Current.CancellationToken);
        }
        var code = request();
        return _loseReplyTo > 0 && number == _loseReplyTo ? Errno.TimedOut : code;
    }
}
