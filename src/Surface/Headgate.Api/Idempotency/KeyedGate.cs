namespace Headgate.Api.Idempotency;

/// <summary>Lets one at a time through per key; a key costs memory only while somebody holds or awaits it.</summary>
internal sealed class KeyedGate<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, Turnstile> _turnstiles = [];

    /// <summary>Waits for its turn; the turn ends when the result is disposed.</summary>
    public async ValueTask<IDisposable> EnterAsync(TKey key, CancellationToken stop)
    {
        Turnstile turnstile;
        lock (_turnstiles)
        {
            if (!_turnstiles.TryGetValue(key, out turnstile!)) _turnstiles[key] = turnstile = new Turnstile();
            turnstile.Users++;
        }
        try
        {
            await turnstile.Gate.WaitAsync(stop);
        }
        catch
        {
            Forget(key, turnstile);
            throw;
        }
        return new Turn(this, key, turnstile);
    }

    private void Forget(TKey key, Turnstile turnstile)
    {
        lock (_turnstiles)
        {
            if (--turnstile.Users > 0) return;
            _turnstiles.Remove(key);
        }
        turnstile.Gate.Dispose();
    }

    private sealed class Turnstile
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn(KeyedGate<TKey> gates, TKey key, Turnstile turnstile) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0) return;
            turnstile.Gate.Release();
            gates.Forget(key, turnstile);
        }
    }
}
