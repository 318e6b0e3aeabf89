using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>What does not change while a pool is open: addresses, identity, limits. Read at the first need and kept.</summary>
internal sealed class ClusterFacts(SolidFireConfig config)
{
    private volatile Known? _known;

    public sealed record Known(ClusterInfo Info, GetLimitsResult Limits, DriverCapabilities Capabilities, IReadOnlyList<string> Portals);

    public async Task<Known> GetAsync(ArrayCall call) => _known ?? await ReadAsync(call).ConfigureAwait(false);

    public async Task<Known> ReadAsync(ArrayCall call)
    {
        var info = (await call.SendAsync(ElementMethods.GetClusterInfo, new Empty()).ConfigureAwait(false)).ClusterInfo;
        var limits = await call.SendAsync(ElementMethods.GetLimits, new Empty()).ConfigureAwait(false);
        var portals = config.PortalOverride.Count > 0 ? config.PortalOverride : SolidFireSettings.Portals(info.Svip);
        return _known = new Known(info, limits, QosMapping.Capabilities(limits), portals);
    }
}
