namespace Headgate.Scsi.Sense;

/// <summary>Sense data for what the medium reports.</summary>
internal static class SenseOf
{
    public static SenseData Medium(MediumStatus status, ulong lba, bool isWrite) => status switch
    {
        MediumStatus.ReadError => new(SenseKey.MediumError, AdditionalSense.UnrecoveredReadError) { Information = lba },
        MediumStatus.WriteError => new(SenseKey.MediumError, AdditionalSense.WriteError) { Information = lba },
        MediumStatus.NoSpace => new(SenseKey.DataProtect, AdditionalSense.SpaceAllocationFailed) { Information = lba },
        MediumStatus.Gone => new(SenseKey.NotReady, AdditionalSense.NotReadyCauseNotReportable),
        _ => new(SenseKey.MediumError, isWrite ? AdditionalSense.WriteError : AdditionalSense.UnrecoveredReadError)
        {
            Information = lba,
        },
    };
}
