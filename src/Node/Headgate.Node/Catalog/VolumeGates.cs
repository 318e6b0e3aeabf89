namespace Headgate.Node.Catalog;

/// <summary>
/// One change of a volume's life at a time: create, resize, snapshot, roll back, delete, restore and purge touch file,
/// row and service one after the other, and must not interleave for one volume. I/O does not come through here.
/// </summary>
/// <remarks>Striped, so that nothing has to be removed; entered in ascending order, so that groups cannot deadlock.</remarks>
internal sealed class VolumeGates
{
    /// <summary>More than the requests that are served at one time (<c>ElementServer</c>), so that strangers seldom meet.</summary>
    private const int Stripes = 128;

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the volumes' turns; dispose the result to let the next ones in.</summary>
    public async ValueTask<IDisposable> EnterAsync(IEnumerable<long> volumeIds, CancellationToken cancellation)
    {
        var held = new Held(_gates);
        foreach (var stripe in volumeIds.Select(id => (int)((ulong)id % Stripes)).Distinct().Order())
        {
            try
            {
                await _gates[stripe].WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch
            {
                held.Dispose();
                throw;
            }
            held.Add(stripe);
        }
        return held;
    }

    /// <inheritdoc cref="EnterAsync(IEnumerable{long}, CancellationToken)"/>
    public ValueTask<IDisposable> EnterAsync(long volumeId, CancellationToken cancellation) => EnterAsync([volumeId], cancellation);

    private sealed class Held(SemaphoreSlim[] gates) : IDisposable
    {
        private readonly List<int> _stripes = [];

        public void Add(int stripe) => _stripes.Add(stripe);

        public void Dispose()
        {
            foreach (var stripe in _stripes) gates[stripe].Release();
            _stripes.Clear();
        }
    }
}
