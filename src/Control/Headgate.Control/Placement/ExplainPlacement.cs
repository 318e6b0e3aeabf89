using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>POST /placement/explain: what each pool of the zone says to a volume that is not made.</summary>
public sealed class ExplainPlacement(HeadgateDatabase database, IProviderCatalog providers)
{
    public Task<Outcome<PlacementAnswer>> ExecuteAsync(Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        return database.ReadAsync<Outcome<PlacementAnswer>>(
            async (db, cancel) => (await VolumePlanner.PlanAsync(db, providers, caller, request, cancel).ConfigureAwait(false)).Map(plan => plan.Answer),
            stop);
    }
}
