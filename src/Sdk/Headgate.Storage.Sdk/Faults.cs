using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>
/// The faults of <see cref="FaultCodes"/> with their fixed recovery and a message that says what was asked, what there
/// is and what to do, so that drivers agree on both.
/// </summary>
public static class Faults
{
    /// <summary><see cref="FaultCodes.KeyReused"/>.</summary>
    public static Fault KeyReused(ObjectKey key, string difference) => Fix(
        FaultCodes.KeyReused,
        $"Object {key} exists already and was made with other arguments ({difference}). Repeat the call with the arguments "
        + "of the first, or use a new key.");

    /// <summary><see cref="FaultCodes.VolumeNotFound"/>.</summary>
    public static Fault VolumeNotFound(ObjectKey key, VolumeHandle handle) => Fix(
        FaultCodes.VolumeNotFound,
        $"Volume {key} is not on the storage under its handle '{handle}'. Run a pool check: it was deleted there, or the pool "
        + "points at another array.");

    /// <summary><see cref="FaultCodes.SnapshotNotFound"/>.</summary>
    public static Fault SnapshotNotFound(ObjectKey key, SnapshotHandle handle) => Fix(
        FaultCodes.SnapshotNotFound,
        $"Snapshot {key} is not on the storage under its handle '{handle.Value}'. Run a pool check: it was deleted there.");

    /// <summary><see cref="FaultCodes.WrongVolume"/>.</summary>
    public static Fault WrongVolume(ObjectKey key, string handle, ObjectKey? found) => Ask(
        FaultCodes.WrongVolume,
        $"The handle '{handle}' was to name {key}, but on the storage it names {found?.ToString() ?? "something that this pool did not make"}. "
        + "Nothing was changed. Run a pool check before anything else.");

    /// <summary><see cref="FaultCodes.QosOutOfRange"/>: one limit outside its range.</summary>
    public static Fault QosOutOfRange(string limit, long asked, ValueRange range) => Fix(
        FaultCodes.QosOutOfRange, $"{limit} of {asked} was asked for; this storage takes {range}. Ask for a number in that range, or for none.");

    /// <summary><see cref="FaultCodes.QosOutOfRange"/>: a limit that the storage does not enforce at all.</summary>
    public static Fault QosNotEnforced(string limit) => Fix(
        FaultCodes.QosOutOfRange, $"{limit} was asked for; this storage does not enforce it. Leave it out, or use another pool.");

    /// <summary><see cref="FaultCodes.SizeOutOfRange"/>: outside what the storage takes.</summary>
    public static Fault SizeOutOfRange(ByteSize asked, ValueRange range) => Fix(
        FaultCodes.SizeOutOfRange,
        $"A size of {asked} ({asked.Bytes} bytes) was asked for; this storage takes {new ByteSize(range.From)} to {new ByteSize(range.To)}.");

    /// <summary><see cref="FaultCodes.SizeOutOfRange"/>: smaller than it is.</summary>
    public static Fault Shrink(ByteSize asked, ByteSize current) => Fix(
        FaultCodes.SizeOutOfRange,
        $"A size of {asked} was asked for; it is {current} and cannot shrink. Ask for {current} or more.");

    /// <summary><see cref="FaultCodes.SizeOutOfRange"/>: what is to be overwritten is too small.</summary>
    public static Fault TargetTooSmall(ByteSize target, ByteSize source) => Fix(
        FaultCodes.SizeOutOfRange,
        $"The volume to be overwritten has {target} ({target.Bytes} bytes); the source has {source} ({source.Bytes} bytes). Grow it to that size first.");

    /// <summary><see cref="FaultCodes.OutOfCapacity"/>.</summary>
    public static Fault OutOfCapacity(string message) => Ask(FaultCodes.OutOfCapacity, message);

    /// <summary><see cref="FaultCodes.OutOfIops"/>.</summary>
    public static Fault OutOfIops(string message) => Ask(FaultCodes.OutOfIops, message);

    /// <summary><see cref="FaultCodes.CapacityInUse"/>: of bytes.</summary>
    public static Fault CapacityInUse(ByteSize asked, ByteSize taken) => Fix(
        FaultCodes.CapacityInUse,
        $"A capacity of {asked} ({asked.Bytes} bytes) was asked for; volumes take {taken} ({taken.Bytes} bytes). Ask for that much or more, or delete volumes first.");

    /// <summary><see cref="FaultCodes.CapacityInUse"/>: of IOPS.</summary>
    public static Fault CapacityInUse(long askedIops, long promisedIops) => Fix(
        FaultCodes.CapacityInUse,
        $"A capacity of {askedIops} IOPS was asked for; {promisedIops} are promised to volumes. Ask for that many or more, or lower minimums first.");

    /// <summary><see cref="FaultCodes.LimitReached"/>.</summary>
    public static Fault LimitReached(string message) => Ask(FaultCodes.LimitReached, message);

    /// <summary><see cref="FaultCodes.InUse"/>.</summary>
    public static Fault InUse(string message) => Fix(FaultCodes.InUse, message);

    /// <summary><see cref="FaultCodes.InvalidArgument"/>.</summary>
    public static Fault InvalidArgument(string message) => Fix(FaultCodes.InvalidArgument, message);

    /// <summary><see cref="FaultCodes.Unauthorized"/>.</summary>
    public static Fault Unauthorized(string message) => Ask(FaultCodes.Unauthorized, message);

    /// <summary><see cref="FaultCodes.Unreachable"/>.</summary>
    public static Fault Unreachable(string message) => Retry(FaultCodes.Unreachable, message);

    /// <summary><see cref="FaultCodes.NoReply"/>: wrap it in <see cref="Outcome{T}.Unknown"/>.</summary>
    public static Fault NoReply(string message) => Retry(FaultCodes.NoReply, message);

    /// <summary><see cref="FaultCodes.Busy"/>.</summary>
    public static Fault Busy(string message) => Retry(FaultCodes.Busy, message);

    /// <summary><see cref="FaultCodes.Unexpected"/>.</summary>
    public static Fault Unexpected(string message) => Ask(FaultCodes.Unexpected, message);

    private static Fault Fix(string code, string message) => new(code, message, Recovery.FixRequest);

    private static Fault Ask(string code, string message) => new(code, message, Recovery.AskOperator);

    private static Fault Retry(string code, string message) => new(code, message, Recovery.RetryWithBackoff);
}
