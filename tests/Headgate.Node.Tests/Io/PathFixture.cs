using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Qos;
using Headgate.Scsi;

namespace Headgate.Node.Tests.Io;

/// <summary>One I/O of a test; its completion can be awaited.</summary>
internal sealed class TestIo : VolumeIo
{
    private readonly TaskCompletionSource<IoFault> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IoFault> Done => _done.Task;

    public Func<IoFault> Work { get; init; } = () => IoFault.None;

    public override IoFault Execute() => Work();

    public override void OnCompleted(IoFault fault) => _done.SetResult(fault);
}

/// <summary>A path with volumes on devices of the test's choice.</summary>
internal sealed class PathFixture(IoPathOptions? options = null) : IDisposable
{
    private static readonly LogicalUnitIdentity Identity = new("HEADGATE", "TEST", "1", "1", new byte[16], new byte[8], "iqn.2026-01.test:1");
    private long _lastVolumeId;

    public IoPath Path { get; } = new(options ?? new IoPathOptions { DataThreads = 4, SlowThreads = 2, InFlightMax = 4 });

    public VolumeRuntime AddVolume(VolumeLimits limits, IBlockDevice? device = null)
    {
        device ??= new MemoryBlockDevice(16 << 20);
        var unit = new LogicalUnit(Identity, new LogicalUnitGeometry((ulong)device.LengthBytes / 512, 512, 4096));
        var id = ++_lastVolumeId;
        return new VolumeRuntime(id, Identity.TargetName, device, unit, Path.AddVolume(id, limits));
    }

    public TestIo Submit(VolumeRuntime volume, bool isWrite = false, long offset = 0, int bytes = 4096, byte fill = 0)
    {
        var io = Make(volume, isWrite, offset, bytes, fill);
        Path.Submit(io);
        return io;
    }

    public static TestIo Make(VolumeRuntime volume, bool isWrite = false, long offset = 0, int bytes = 4096, byte fill = 0, bool isDurable = false)
    {
        var buffer = new byte[bytes];
        buffer.AsSpan().Fill(fill);
        return new TestIo
        {
            Volume = volume,
            Kind = isWrite ? IoKind.Write : IoKind.Read,
            IsWrite = isWrite,
            Offset = offset,
            Buffer = buffer,
            CostBytes = bytes,
            TransferBytes = bytes,
            Durable = isDurable,
        };
    }

    public TestIo Call(VolumeRuntime volume, Func<IoFault> work, long costBytes = 0, long transferBytes = 0)
    {
        var io = new TestIo
        {
            Volume = volume,
            Kind = IoKind.Call,
            Work = work,
            CostBytes = costBytes,
            TransferBytes = transferBytes,
            IsWrite = true,
        };
        Path.Submit(io);
        return io;
    }

    public void Dispose() => Path.Dispose();
}
