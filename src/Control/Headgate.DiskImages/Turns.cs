namespace Headgate.DiskImages;

/// <summary>
/// Bounds what is done at a time: <paramref name="most"/> in all, <paramref name="mostOfOne"/> for each owner, so that nobody has all
/// turns. Nobody waits here: who gets none does something else and comes again.
/// </summary>
public sealed class Turns(int most, int mostOfOne)
{
    private readonly Lock _gate = new();
    private readonly List<Guid> _taken = [];

    /// <summary>A turn, given back when it is disposed; null when none is free for <paramref name="owner"/>.</summary>
    public IDisposable? TryTake(Guid owner)
    {
        lock (_gate)
        {
            if (_taken.Count >= most || _taken.Count(o => o == owner) >= mostOfOne) return null;
            _taken.Add(owner);
        }
        return new Turn(this, owner);
    }

    private void GiveBack(Guid owner)
    {
        lock (_gate) _taken.Remove(owner);
    }

    private sealed class Turn(Turns turns, Guid owner) : IDisposable
    {
        private int _isBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0) turns.GiveBack(owner);
        }
    }
}
