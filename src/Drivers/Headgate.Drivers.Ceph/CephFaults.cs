using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>The libraries' error numbers as the SDK's faults.</summary>
internal static class CephFaults
{
    public static Fault Of(string what, int code)
    {
        var said = $"The Ceph cluster could not {what} ({Name(code)}).";
        return code switch
        {
            Errno.AccessDenied or Errno.NotPermitted => Faults.Unauthorized(
                $"{said} Give the pool's user the capabilities mon 'allow *' and osd 'profile rbd pool=POOL'."),
            Errno.NoSpace or Errno.QuotaExceeded => Faults.OutOfCapacity($"{said} Add OSDs, raise the pool's quota or delete volumes."),
            Errno.Busy or Errno.ReadOnly => Faults.Busy($"{said} Somebody has the image open; repeat it later."),
            _ when Errno.IsSilence(code) => Faults.Unreachable($"{said} Check that monitors and OSDs are up: ceph -s."),
            _ => Faults.Unexpected(said),
        };
    }

    /// <summary>For people: <c>ENOENT</c>, or the bare number.</summary>
    public static string Name(int code) => code switch
    {
        Errno.NotPermitted => "EPERM",
        Errno.NotFound => "ENOENT",
        Errno.IO => "EIO",
        Errno.AccessDenied => "EACCES",
        Errno.Busy => "EBUSY",
        Errno.Exists => "EEXIST",
        Errno.Invalid => "EINVAL",
        Errno.NoSpace => "ENOSPC",
        Errno.ReadOnly => "EROFS",
        Errno.NotEmpty => "ENOTEMPTY",
        Errno.Unsupported => "EOPNOTSUPP",
        Errno.Blocklisted => "this server is on the cluster's blocklist",
        Errno.TimedOut => "ETIMEDOUT",
        Errno.QuotaExceeded => "EDQUOT",
        _ => $"errno {-code}",
    };
}
