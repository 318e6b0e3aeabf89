using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFireShared;

/// <summary>
/// Where this server does not see the file system, disks on it are for hosts to make and to find, and there is no agent
/// yet that it could ask. Every call says so; nothing is pretended.
/// </summary>
internal sealed class NoPathDriver : IPrimaryDataStoreDriver
{
    public const string Code = "solidfireshared-needs-path";

    /// <summary>Nothing but a range of sizes.</summary>
    public static DriverCapabilities Capabilities { get; } = new() { VolumeSize = new SharedPool.SharedPoolProvider().Capabilities.VolumeSize, CapacityBytesChange = Support.Native };

    private static Fault Refusal { get; } = new(
        Code,
        "This pool is one volume on the array, and disks are files in the file system on it, which this server does not see. Log this server in to "
        + "the volume, mount the cluster file system, and add the pool with the setting 'path'.",
        Recovery.AskOperator);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) => Refuse<VolumeView>();

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => Refuse<VolumeView?>();

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => Refuse<Nothing>();

    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) => Refuse<Connection>();

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) => Refuse<Nothing>();

    private static ValueTask<Outcome<T>> Refuse<T>() => ValueTask.FromResult<Outcome<T>>(Refusal);
}
