using Headgate.Drivers.Ceph;
using Headgate.Storage.Conformance;

namespace Headgate.Ceph.Tests;

/// <summary>Counts the driver's requests and breaks one of them: before it is made, or after it was answered.</summary>
internal sealed class BreakableLink : IArrayLink
{
    private int _requests;
    private volatile int _loseReplyTo;
    private volatile int _cutBefore;

    public int Requests => Volatile.Read(ref _requests);

    public void Reset()
    {
        (_loseReplyTo, _cutBefore) = (0, 0);
        Volatile.Write(ref _requests, 0);
    }

    public void LoseReplyTo(int number) => _loseReplyTo = number;

    public void CutBefore(int number) => _cutBefore = number;

    public int Around(string what, Func<int> request)
    {
        var number = Interlocked.Increment(ref _requests);
        if (_cutBefore > 0 && number >= _cutBefore) return Errno.NotConnected;
        var code = request();
        return _loseReplyTo > 0 && number == _loseReplyTo ? Errno.TimedOut : code;
    }
}
