namespace Headgate.Scsi;

/// <summary>Who a logical unit says it is.</summary>
/// <param name="VendorId">8 characters of INQUIRY.</param>
/// <param name="ProductId">16 characters.</param>
/// <param name="Revision">4 characters.</param>
/// <param name="SerialNumber">VPD page 80h.</param>
/// <param name="Naa">NAA designator (16 bytes, NAA 6) of VPD page 83h.</param>
/// <param name="Eui64">EUI designator (8, 12 or 16 bytes).</param>
/// <param name="TargetName">iSCSI name, for the SCSI name string designators.</param>
public sealed record LogicalUnitIdentity(
    string VendorId, string ProductId, string Revision, string SerialNumber, byte[] Naa, byte[] Eui64, string TargetName)
{
    /// <summary>Whether a designator of a copy command means this unit: the NAA or the EUI-64 one.</summary>
    public bool IsNamed(ReadOnlySpan<byte> designator) => designator.SequenceEqual(Naa) || designator.SequenceEqual(Eui64);
}

/// <summary>The shape of its medium.</summary>
/// <param name="Blocks">Number of logical blocks.</param>
/// <param name="LogicalBlockBytes">512 or 4096.</param>
/// <param name="PhysicalBlockBytes">4096 for 512e and 4Kn, 512 for plain 512.</param>
/// <param name="WriteProtected">Writes fail with DATA PROTECT.</param>
/// <param name="Removable">RMB=1; can be ejected.</param>
/// <param name="OffersUnmap">LBPME=1: UNMAP, GET LBA STATUS and the UNMAP bit of WRITE SAME; else none of them.</param>
/// <param name="AtomicWriteBytes">Most bytes of one WRITE ATOMIC; 0 when the medium cannot, and the command is not there.</param>
public sealed record LogicalUnitGeometry(
    ulong Blocks, int LogicalBlockBytes, int PhysicalBlockBytes, bool WriteProtected = false, bool Removable = false,
    bool OffersUnmap = true, int AtomicWriteBytes = 0);
