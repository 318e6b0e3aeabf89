using System.Buffers.Binary;

namespace Headgate.Scsi.Tests.Support;

/// <summary>A logical unit with a medium and one initiator, driven as a node drives it.</summary>
internal sealed class Disk
{
    public const string PortA = "iqn.2026-11.test:a,i,0x400001370000";
    public const string PortB = "iqn.2026-11.test:b,i,0x400001370001";

    public static readonly LogicalUnitIdentity Identity = new(
        "SolidFir", "SSD SAN", "1040", "6d7a636c00000001",
        Convert.FromHexString("6f47acc1000000006d7a636c00000001"),
        Convert.FromHexString("f47acc1000000001"),
        "iqn.2010-01.com.solidfire:mzcl.vol.1");

    public Disk(
        ulong blocks = 1024, int blockBytes = 512, int physicalBytes = 4096, bool writeProtected = false,
        bool removable = false, Reservations.IReservationStore? store = null, Sanitizing.ISanitizeStore? sanitizes = null,
        LogicalUnitIdentity? identity = null, bool offersUnmap = true, int atomicWriteBytes = 1 << 20)
    {
        var geometry = new LogicalUnitGeometry(
            blocks, blockBytes, physicalBytes, writeProtected, removable, offersUnmap, atomicWriteBytes);
        Unit = new LogicalUnit(identity ?? Identity, geometry, store, sanitizes);
        Medium = new MemoryMedium(Math.Min(blocks, 1 << 16), blockBytes);
        A = Open(PortA);
    }

    public LogicalUnit Unit { get; }

    public MemoryMedium Medium { get; }

    public Nexus A { get; }

    /// <summary>Another nexus, its first unit attention taken.</summary>
    public Nexus Open(string port)
    {
        var nexus = Unit.OpenNexus(port);
        Run(nexus, "00 00 00 00 00 00");
        return nexus;
    }

    public ScsiResult Run(string cdb, ReadOnlySpan<byte> dataOut = default) => Run(A, cdb, dataOut);

    public ScsiResult Run(Nexus nexus, string cdb, ReadOnlySpan<byte> dataOut = default) => Run(nexus, Hex(cdb), dataOut);

    public ScsiResult Run(Nexus nexus, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut = default)
    {
        // As iSCSI has it: 16 bytes, zeros after the command's own.
        Span<byte> padded = stackalloc byte[16];
        cdb.CopyTo(padded);
        var plan = Unit.Plan(nexus, padded);
        return plan.Kind switch
        {
            PlanKind.Respond => plan.Result,
            PlanKind.Execute => Unit.Execute(nexus, padded, dataOut, Medium),
            PlanKind.Read => Read(plan),
            _ => Write(plan, dataOut),
        };
    }

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private ScsiResult Read(in CommandPlan plan)
    {
        var data = new byte[plan.CostBytes];
        var status = Medium.Read(plan.Lba, data);
        return status == MediumStatus.Good ? new(ScsiStatus.Good, data, default) : Unit.MediumFault(status, plan.Lba, false);
    }

    private ScsiResult Write(in CommandPlan plan, ReadOnlySpan<byte> dataOut)
    {
        var status = Medium.Write(plan.Lba, dataOut[..(int)plan.DataOutBytes], plan.Fua);
        return status == MediumStatus.Good ? ScsiResult.Good : Unit.MediumFault(status, plan.Lba, true);
    }
}

/// <summary>What tests ask of a result.</summary>
internal static class ScsiResultExtensions
{
    /// <summary>ASC and ASCQ of fixed or descriptor sense; -1 when there is none.</summary>
    public static int Asc(this in ScsiResult result)
    {
        if (result.Sense.IsEmpty)
            return -1;
        var sense = result.Sense.Span;
        return BinaryPrimitives.ReadUInt16BigEndian(sense[(IsDescriptor(sense) ? 2 : 12)..]);
    }

    public static int Key(this in ScsiResult result)
    {
        var sense = result.Sense.Span;
        return sense.IsEmpty ? -1 : (IsDescriptor(sense) ? sense[1] : sense[2]) & 0x0F;
    }

    /// <summary>Byte that a fixed-format field pointer names; -1 when there is none.</summary>
    public static int FieldByte(this in ScsiResult result) => result.Sense.Length >= 18 && (result.Sense.Span[15] & 0x80) != 0
        ? BinaryPrimitives.ReadUInt16BigEndian(result.Sense.Span[16..])
        : -1;

    public static void ShouldBeGood(this in ScsiResult result) =>
        Assert.True(result.Status == ScsiStatus.Good, $"status {result.Status:x2}, sense {result.Key():x} {result.Asc():x4}");

    public static void ShouldFail(this in ScsiResult result, int key, int asc)
    {
        Assert.Equal(ScsiStatus.CheckCondition, result.Status);
        Assert.Equal((key, asc), (result.Key(), result.Asc()));
    }

    private static bool IsDescriptor(ReadOnlySpan<byte> sense) => (sense[0] & 0x7F) == 0x72;
}
