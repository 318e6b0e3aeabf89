namespace Headgate.Scsi.Tests.Support;

/// <summary>A medium in memory that knows which blocks are mapped and can be told to fail.</summary>
internal sealed class MemoryMedium(ulong blocks, int blockBytes) : IMedium
{
    private readonly byte[] _bytes = new byte[(int)blocks * blockBytes];
    private readonly bool[] _mapped = new bool[blocks];

    public MediumStatus Fault { get; set; }

    /// <summary>Runs after each read, for tests that want another thread to come between a read and a write.</summary>
    public Action? AfterRead { get; set; }

    public int Flushes { get; private set; }

    public int DurableWrites { get; private set; }

    public Span<byte> Block(ulong lba) => _bytes.AsSpan((int)lba * blockBytes, blockBytes);

    public bool IsMapped(ulong lba) => _mapped[lba];

    public MediumStatus Read(ulong lba, Span<byte> blocks)
    {
        _bytes.AsSpan((int)lba * blockBytes, blocks.Length).CopyTo(blocks);
        AfterRead?.Invoke();
        return Fault;
    }

    public MediumStatus Write(ulong lba, ReadOnlySpan<byte> blocks, bool fua)
    {
        if (Fault != MediumStatus.Good)
            return Fault;
        blocks.CopyTo(_bytes.AsSpan((int)lba * blockBytes));
        _mapped.AsSpan((int)lba, blocks.Length / blockBytes).Fill(true);
        DurableWrites += fua ? 1 : 0;
        return MediumStatus.Good;
    }

    public MediumStatus WriteAtomic(ulong lba, ReadOnlySpan<byte> blocks, bool fua)
    {
        AtomicWrites++;
        return Write(lba, blocks, fua);
    }

    public int AtomicWrites { get; private set; }

    public MediumStatus Flush()
    {
        Flushes++;
        return Fault;
    }

    public MediumStatus Unmap(ulong lba, ulong count)
    {
        if (Fault != MediumStatus.Good)
            return Fault;
        _bytes.AsSpan((int)lba * blockBytes, (int)count * blockBytes).Clear();
        _mapped.AsSpan((int)lba, (int)count).Clear();
        return MediumStatus.Good;
    }

    public MediumStatus GetMapping(ulong lba, out bool mapped, out ulong run)
    {
        mapped = _mapped[lba];
        run = 1;
        while (lba + run < blocks && _mapped[lba + run] == mapped)
            run++;
        return Fault;
    }
}
