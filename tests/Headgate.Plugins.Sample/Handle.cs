using System.Runtime.CompilerServices;

namespace Headgate.Plugins.Sample;

/// <summary>What a test and a plug-in have in common: types of the framework only, found by name, since each has this class in a context of its own.</summary>
internal sealed class Handle(string name)
{
    private readonly TaskCompletionSource _begun = Get<TaskCompletionSource>(name, "begun");
    private readonly TaskCompletionSource _go = Get<TaskCompletionSource>(name, "go");
    private readonly TaskCompletionSource _closed = Get<TaskCompletionSource>(name, "closed");
    private readonly StrongBox<int> _calls = Get<StrongBox<int>>(name, "calls");

    /// <summary>A call that is held has begun.</summary>
    public Task Begun => _begun.Task;

    /// <summary>The plug-in has ended a store, or its own life.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Calls that were held.</summary>
    public int Calls => Volatile.Read(ref _calls.Value);

    /// <summary>Lets what is held go on.</summary>
    public void Go() => _go.TrySetResult();

    /// <summary>Says that something ended.</summary>
    public void Close() => _closed.TrySetResult();

    /// <summary>Deaf to cancellation.</summary>
    public Task HeldAsync()
    {
        Interlocked.Increment(ref _calls.Value);
        _begun.TrySetResult();
        return _go.Task;
    }

    private static T Get<T>(string name, string part)
        where T : class, new()
    {
        var key = $"headgate.sample.{name}.{part}"; // a test makes its own before it passes the name on, so no two make it at once
        if (AppDomain.CurrentDomain.GetData(key) is not T found) AppDomain.CurrentDomain.SetData(key, found = new T());
        return found;
    }
}
