using Headgate.Blocks;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>A volume's device as the medium of its logical unit: blocks to bytes, faults to statuses.</summary>
internal sealed class BlockMedium(IBlockDevice device, int blockBytes) : IMedium
{
    public MediumStatus Read(ulong lba, Span<byte> blocks) => StatusOf(device.Read(OffsetOf(lba), blocks));

    public MediumStatus Write(ulong lba, ReadOnlySpan<byte> blocks, bool fua) =>
        StatusOf(device.Write(OffsetOf(lba), blocks, fua));

    public MediumStatus WriteAtomic(ulong lba, ReadOnlySpan<byte> blocks, bool fua) =>
        StatusOf(device.WriteAtomic(OffsetOf(lba), blocks, fua));

    public MediumStatus Flush() => StatusOf(device.Flush());

    public MediumStatus Unmap(ulong lba, ulong count) => StatusOf(device.Discard(OffsetOf(lba), OffsetOf(count)));

    public MediumStatus EraseTraces() => StatusOf(device.EraseTraces());

    public MediumStatus GetMapping(ulong lba, out bool mapped, out ulong run)
    {
        var fault = device.GetAllocation(OffsetOf(lba), out mapped, out var bytes);
        // A run that ends within a block leaves that block mapped as far as a reader can tell.
        run = Math.Max(1, (ulong)bytes / (ulong)blockBytes);
        return StatusOf(fault);
    }

    public static MediumStatus StatusOf(IoFault fault) => fault switch
    {
        IoFault.None => MediumStatus.Good,
        IoFault.ReadFailed => MediumStatus.ReadError,
        IoFault.WriteFailed => MediumStatus.WriteError,
        IoFault.NoSpace => MediumStatus.NoSpace,
        _ => MediumStatus.Gone,
    };

    private long OffsetOf(ulong lba) => checked((long)(lba * (ulong)blockBytes));
}
