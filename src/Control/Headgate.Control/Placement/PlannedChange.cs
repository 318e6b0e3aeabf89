using Headgate.Domain;
using Headgate.Operations;
using Headgate.Placement;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>A volume as it is, or as it would be.</summary>
/// <param name="Pool">Where.</param>
/// <param name="Offering">The version of its offering.</param>
/// <param name="Size">Its size on the storage.</param>
/// <param name="Promises">What it is promised.</param>
public sealed record PlannedVolume(StoragePool Pool, DiskOffering Offering, ByteSize Size, IReadOnlyList<Promise> Promises)
{
    /// <summary>What it costs in a month; null where its offering has no price.</summary>
    public decimal? PricePerMonth => Offering.Price?.PerMonth(Size, Promises);
}

/// <summary>What a request would do: decided by the code that does it, and then not done.</summary>
/// <param name="Kind">The operation that would begin.</param>
/// <param name="Name">The volume's name.</param>
/// <param name="Before">As it is; null for one that is to be made.</param>
/// <param name="After">As it would be.</param>
/// <param name="Reserves">What would be held of <see cref="PlannedVolume.Pool"/> beyond what the volume holds there now.</param>
public sealed record PlannedChange(string Kind, string Name, PlannedVolume? Before, PlannedVolume After, Reservation Reserves)
{
    /// <summary>What each pool said; null where the volume stays on its own.</summary>
    public PlacementAnswer? Answer { get; init; }

    /// <summary>True when the volume goes from one pool to another.</summary>
    public bool Moves => Before is not null && Before.Pool.Id != After.Pool.Id;
}

/// <summary>A decision: the operation to begin, and what it comes to.</summary>
internal static class Decided
{
    public static Outcome<(NewOperation, PlannedChange)> As(NewOperation operation, PlannedChange plan) => (operation, plan);

    /// <summary>For the starter, which wants the operation only.</summary>
    public static async Task<Outcome<NewOperation>> OperationAsync(this Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> decision) =>
        (await decision.ConfigureAwait(false)).Map(decided => decided.Operation);
}
