namespace Headgate.Storage.Sdk;

/// <summary>
/// The codes that drivers answer with. Stable: programs and people's notes rely on them. A driver may add its own, with
/// its provider's name in front (<c>solidfire-...</c>). Each code comes with the recovery named here, and with a message
/// of whole sentences that names what was asked and what to do, and no secret.
/// </summary>
public static class FaultCodes
{
    /// <summary>FixRequest: the same key was used before with other arguments.</summary>
    public const string KeyReused = "key-reused";

    /// <summary>FixRequest: no such volume on the array.</summary>
    public const string VolumeNotFound = "volume-not-found";

    /// <summary>FixRequest: no such snapshot on the array.</summary>
    public const string SnapshotNotFound = "snapshot-not-found";

    /// <summary>AskOperator: the handle names a volume that was not made with this key.</summary>
    public const string WrongVolume = "wrong-volume";

    /// <summary>FixRequest: a limit outside what the storage takes.</summary>
    public const string QosOutOfRange = "qos-out-of-range";

    /// <summary>FixRequest: a size outside what the storage takes, or smaller than the volume is.</summary>
    public const string SizeOutOfRange = "size-out-of-range";

    /// <summary>AskOperator: no room for that many bytes.</summary>
    public const string OutOfCapacity = "out-of-capacity";

    /// <summary>AskOperator: the minimums promised would exceed what the storage can keep.</summary>
    public const string OutOfIops = "out-of-iops";

    /// <summary>FixRequest: the pool was to have less capacity than its volumes take or are promised.</summary>
    public const string CapacityInUse = "capacity-in-use";

    /// <summary>AskOperator: a count limit of the array is reached.</summary>
    public const string LimitReached = "limit-reached";

    /// <summary>FixRequest: something still uses it; the message says what.</summary>
    public const string InUse = "in-use";

    /// <summary>FixRequest: an initiator name, volume name or the like that the storage does not take.</summary>
    public const string InvalidArgument = "invalid-argument";

    /// <summary>AskOperator: the array refused the credentials.</summary>
    public const string Unauthorized = "backend-unauthorized";

    /// <summary>RetryWithBackoff: the array could not be reached before anything was sent.</summary>
    public const string Unreachable = "backend-unreachable";

    /// <summary>RetryWithBackoff (as Unknown): sent, but no answer came.</summary>
    public const string NoReply = "backend-no-reply";

    /// <summary>RetryWithBackoff: the array said "not now".</summary>
    public const string Busy = "backend-busy";

    /// <summary>AskOperator: the array answered something that the driver does not understand.</summary>
    public const string Unexpected = "backend-unexpected";
}
