namespace Headgate.Scsi.Sense;

/// <summary>Sense keys (SPC-4 4.5.6).</summary>
internal enum SenseKey : byte
{
    NoSense = 0x0,
    NotReady = 0x2,
    MediumError = 0x3,
    HardwareError = 0x4,
    IllegalRequest = 0x5,
    UnitAttention = 0x6,
    DataProtect = 0x7,
    CopyAborted = 0xA,
    AbortedCommand = 0xB,
    Miscompare = 0xE,
}

/// <summary>An additional sense code and its qualifier (SPC-4 annex F.2), the code in the high byte.</summary>
internal readonly record struct AdditionalSense(ushort Code)
{
    public static readonly AdditionalSense None = new(0x0000);
    public static readonly AdditionalSense OperationInProgress = new(0x0016);
    public static readonly AdditionalSense NotReadyCauseNotReportable = new(0x0400);
    public static readonly AdditionalSense SanitizeInProgress = new(0x041B);
    public static readonly AdditionalSense UnreachableCopyTarget = new(0x0804);
    public static readonly AdditionalSense WriteError = new(0x0C00);
    public static readonly AdditionalSense ThirdPartyDeviceFailure = new(0x0D01);
    public static readonly AdditionalSense CopyTargetNotReachable = new(0x0D02);
    public static readonly AdditionalSense InvalidFieldInInformationUnit = new(0x0E03);
    public static readonly AdditionalSense UnrecoveredReadError = new(0x1100);
    public static readonly AdditionalSense ParameterListLengthError = new(0x1A00);
    public static readonly AdditionalSense MiscompareDuringVerify = new(0x1D00);
    public static readonly AdditionalSense InvalidOperationCode = new(0x2000);
    public static readonly AdditionalSense LbaOutOfRange = new(0x2100);
    public static readonly AdditionalSense InvalidFieldInCdb = new(0x2400);
    public static readonly AdditionalSense LogicalUnitNotSupported = new(0x2500);
    public static readonly AdditionalSense InvalidFieldInParameterList = new(0x2600);
    public static readonly AdditionalSense InvalidRelease = new(0x2604);
    public static readonly AdditionalSense TooManyTargetDescriptors = new(0x2606);
    public static readonly AdditionalSense UnsupportedTargetDescriptor = new(0x2607);
    public static readonly AdditionalSense TooManySegmentDescriptors = new(0x2608);
    public static readonly AdditionalSense UnsupportedSegmentDescriptor = new(0x2609);
    public static readonly AdditionalSense UnexpectedInexactSegment = new(0x260A);
    public static readonly AdditionalSense InlineDataLengthExceeded = new(0x260B);
    public static readonly AdditionalSense WriteProtected = new(0x2700);
    public static readonly AdditionalSense SoftwareWriteProtected = new(0x2702);
    public static readonly AdditionalSense SpaceAllocationFailed = new(0x2707);
    public static readonly AdditionalSense MediumMayHaveChanged = new(0x2800);
    public static readonly AdditionalSense PowerOnOrReset = new(0x2900);
    public static readonly AdditionalSense DeviceReset = new(0x2903);
    public static readonly AdditionalSense ModeParametersChanged = new(0x2A01);
    public static readonly AdditionalSense ReservationsPreempted = new(0x2A03);
    public static readonly AdditionalSense ReservationsReleased = new(0x2A04);
    public static readonly AdditionalSense RegistrationsPreempted = new(0x2A05);
    public static readonly AdditionalSense CapacityChanged = new(0x2A09);
    public static readonly AdditionalSense CommandsCleared = new(0x2F00);
    public static readonly AdditionalSense SanitizeFailed = new(0x3103);
    public static readonly AdditionalSense SavingNotSupported = new(0x3900);
    public static readonly AdditionalSense MediumNotPresentTrayOpen = new(0x3A02);
    public static readonly AdditionalSense InternalTargetFailure = new(0x4400);
    public static readonly AdditionalSense MediumRemovalPrevented = new(0x5302);
    public static readonly AdditionalSense InsufficientRegistrationResources = new(0x5504);

    /// <summary>29h: what came before a reset need not be told any more.</summary>
    public bool IsReset => Code >> 8 == 0x29;
}
