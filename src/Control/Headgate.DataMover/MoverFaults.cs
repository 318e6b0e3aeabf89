using Headgate.Primitives;

namespace Headgate.DataMover;

/// <summary>Why data could not be moved. The codes are stable.</summary>
internal static class MoverFaults
{
    public static Fault Unreachable(string what, string why) => new(
        "mover-unreachable", $"This server cannot reach {what}: {why.TrimEnd('.')}. It has to, in order to write to the storage; check its network and mounts.", Recovery.RetryWithBackoff);

    public static Fault LoginRefused(string target, string portal, byte statusClass, byte detail) => new(
        "mover-login-refused", $"{target} at {portal} refused this server's login with status {statusClass:x2}{detail:x2}, although access had been granted.", Recovery.RetryWithBackoff);

    public static Fault Interrupted(string why) => new(
        "mover-interrupted", $"Moving data broke off: {why.TrimEnd('.')}. It begins again.", Recovery.RetryWithBackoff);

    public static Fault TooSmall(ByteSize asked, ByteSize there) => new(
        "mover-too-small", $"{asked} are to be written, but the storage shows a volume of {there}.", Recovery.AskOperator);

    public static Fault Mismatch(string expected, string found) => new(
        "content-mismatch", $"What was read back from the storage has sha256:{found}, and sha256:{expected} was written: the storage, or the way to it, changes data. "
        + "Nothing uses what was written.", Recovery.AskOperator);

    public static Fault SourceChanged(string expected, string found) => new(
        "source-changed", $"The source has sha256:{found}, and it had sha256:{expected} when it was taken in: it was damaged since. Take it in again.", Recovery.AskOperator);

    public static Fault LibraryMissing(string library) => new(
        "mover-library-missing", $"{library} is not on this server, and RBD images cannot be written without it. Install it (Debian: apt-get install librbd1).", Recovery.AskOperator);
}
