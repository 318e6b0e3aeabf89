namespace Headgate.Persistence;

/// <summary>
/// Word from one server on a database to the others that something was written. Only ever a hint: it may be late or lost, and
/// whoever waits for it looks by itself as well.
/// </summary>
public interface IDatabaseSignals
{
    /// <summary>Tells the other servers of <paramref name="subject"/>; returns at once.</summary>
    void Tell(Guid subject);

    /// <summary>Calls <paramref name="heard"/> for what others tell, with null when words may have been missed, until the result is disposed of.</summary>
    IDisposable Listen(Action<Guid?> heard);
}

/// <summary>For a database that no other server writes to.</summary>
internal sealed class NoSignals : IDatabaseSignals, IDisposable
{
    public void Tell(Guid subject)
    {
    }

    public IDisposable Listen(Action<Guid?> heard) => this;

    public void Dispose()
    {
    }
}
