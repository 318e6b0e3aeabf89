using Headgate.Api.Contract;
using Headgate.Control;

namespace Headgate.Api.Routes;

/// <summary>Pools as the contract shows them.</summary>
internal static class PoolViews
{
    /// <summary>In place of the state that it is kept in, which shows again when its provider is back.</summary>
    public const string Unavailable = "unavailable";

    public static PoolView Show(PoolDetails found) => new()
    {
        Id = found.Pool.Id,
        Name = found.Pool.Name,
        Provider = found.Pool.Provider,
        State = found.Unavailable is null ? Words.Of(found.Pool.State) : Unavailable,
        Cause = (found.Unavailable ?? (object?)found.Pool.Cause)?.ToString(),
        Managed = found.Pool.Managed,
        Scope = Words.Of(found.Pool.Scope),
        Zone = found.Zone,
        Cluster = found.Cluster,
        Host = found.Host,
        Tags = found.Pool.Tags,
        Placement = new PoolPlacementView(
            found.Pool.ExclusiveTags, found.Pool.BytesOvercommit, found.Pool.IopsOvercommit, found.Pool.BandwidthOvercommit,
            found.Pool.CapacityBandwidth?.Bytes, found.Pool.ReservedBandwidth.Bytes),
        Settings = found.Pool.Settings,
        RequireChap = found.Pool.RequireChap,
        Description = found.Pool.Description,
        CapacityBytes = found.Pool.CapacityBytes?.Bytes,
        ReservedBytes = found.Pool.ReservedBytes.Bytes,
        AllowedBytes = found.Pool.AllowedBytes?.Bytes,
        StorageBytes = found.Pool.FoundBytes?.Bytes,
        CapacityIops = found.Pool.CapacityIops,
        ReservedIops = found.Pool.ReservedIops,
        AllowedIops = found.Pool.AllowedIops,
        StorageIops = found.Pool.FoundIops,
        Volumes = found.Volumes,
        Capabilities = found.Capabilities is { } capabilities ? ProviderViews.Show(capabilities) : null,
        CreatedAt = found.Pool.CreatedAt,
    };

    public static PoolCheck Show(PoolCheckResult result) => new(
        result.Pool.Name, result.At, result.VolumesChecked,
        [
            .. result.Findings.Select(f => new PoolFinding(f.Kind, f.VolumeId, f.Volume, f.Handle, f.Message)
            {
                Action = f.Action, Repairable = f.IsRepairable, Operation = f.Operation, RepairProblem = f.RepairProblem?.ToString(),
            }),
        ])
    {
        ForeignVolumes = result.ForeignVolumes,
    };
}
