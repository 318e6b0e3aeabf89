using Headgate.Element;
using Headgate.Element.Wire;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>The cluster's error names as the SDK's faults. Decides on the name; the message only goes along for people.</summary>
internal static class ElementFaults
{
    public static Fault Map(string method, ElementErrorBody error)
    {
        var said = $"The cluster refused {method} with {error.Name}: {error.Message}";
        return error.Name switch
        {
            ElementErrorNames.TotalCapacityExceeded => Faults.OutOfCapacity($"{said} Delete volumes or add drives."),
            ElementErrorNames.MaxVolumeCountExceeded or ElementErrorNames.ExceededLimit
                or ElementErrorNames.MaxSnapshotsPerVolumeExceeded or ElementErrorNames.MaxSnapshotsPerNodeExceeded
                => Faults.LimitReached($"{said} Remove what is not needed, or use another pool."),
            ElementErrorNames.MaxClonesPerVolumeExceeded or ElementErrorNames.MaxClonesPerNodeExceeded
                => Faults.Busy($"{said} Clones under way end by themselves."),
            ElementErrorNames.VolumeIdDoesNotExist or ElementErrorNames.VolumeDoesNotExist => new Fault(
                FaultCodes.VolumeNotFound, $"{said} Run a pool check.", Recovery.FixRequest),
            ElementErrorNames.SnapshotIdDoesNotExist => new Fault(
                FaultCodes.SnapshotNotFound, $"{said} Run a pool check.", Recovery.FixRequest),
            ElementErrorNames.VolumeShrinkProhibited => new Fault(
                FaultCodes.SizeOutOfRange, $"{said} Ask for its present size or more.", Recovery.FixRequest),
            ElementErrorNames.PermissionDenied or ElementErrorNames.ApiNotPermitted => Faults.Unauthorized(
                $"{said} Give the cluster admin of the pool's settings the rights on accounts, volumes and access groups."),
            ElementErrorNames.InvalidParameter or ElementErrorNames.InvalidApiParameter or ElementErrorNames.InvalidParameterType
                or ElementErrorNames.MissingParameter => Faults.InvalidArgument(said),
            var name when ElementErrorNames.IsTransient(name) => Faults.Busy($"{said} Repeat it later."),
            _ => Faults.Unexpected(said),
        };
    }
}
