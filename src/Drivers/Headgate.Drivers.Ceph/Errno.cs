namespace Headgate.Drivers.Ceph;

/// <summary>The errno numbers of Linux that the libraries return, negated.</summary>
internal static class Errno
{
    public const int NotPermitted = -1;
    public const int NotFound = -2;
    public const int IO = -5;
    public const int AccessDenied = -13;
    public const int Busy = -16;
    public const int Exists = -17;
    public const int Invalid = -22;
    public const int NoSpace = -28;
    public const int ReadOnly = -30;
    public const int Range = -34;
    public const int NotEmpty = -39;
    public const int NoData = -61;
    public const int Unsupported = -95;
    public const int NetworkUnreachable = -101;
    public const int ConnectionReset = -104;
    public const int NotConnected = -107;

    /// <summary>ESHUTDOWN, which Ceph calls EBLOCKLISTED: the cluster keeps this very client out.</summary>
    public const int Blocklisted = -108;

    public const int TimedOut = -110;
    public const int ConnectionRefused = -111;
    public const int HostUnreachable = -113;
    public const int QuotaExceeded = -122;

    /// <summary>True when the answer did not come, so that nobody knows what the cluster did.</summary>
    public static bool IsSilence(int code) => code is TimedOut or NetworkUnreachable or ConnectionReset or NotConnected
        or ConnectionRefused or HostUnreachable or Blocklisted;
}
