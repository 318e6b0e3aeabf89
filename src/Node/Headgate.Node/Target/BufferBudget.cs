namespace Headgate.Node.Target;

/// <summary>
/// Bounds the bytes in the buffers of all commands of a node: 1024 sessions with 128 MiB each would be more than it has.
/// Any thread; a few interlocked instructions per command.
/// </summary>
internal sealed class BufferBudget(long maxBytes)
{
    private long _bytes;

    /// <summary>Bytes taken now.</summary>
    public long TakenBytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes room; false, and nothing taken, when there is not enough and it may not go <paramref name="evenAbove"/> the bound.</summary>
    public bool TryTake(int bytes, bool evenAbove)
    {
        while (true)
        {
            var taken = Interlocked.Read(ref _bytes);
            if (!evenAbove && taken + bytes > maxBytes) return false;
            if (Interlocked.CompareExchange(ref _bytes, taken + bytes, taken) == taken) return true;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(int bytes) => Interlocked.Add(ref _bytes, -bytes);
}
