using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Node.Target;

/// <summary>A session that only asks which targets there are (RFC 7143 section 4.3).</summary>
internal sealed class DiscoverySession(
    TargetContext context, Connection connection, SessionParameters parameters, ushort connectionId,
    string initiatorName, string? chapUser)
    : FullFeature(connection, parameters, connectionId)
{
    public override void OnClosed()
    {
    }

    protected override IEnumerable<DiscoveredTarget> VisibleTargets()
    {
        var addresses = Connection.AdvertisedAddresses;
        return context.Directory.VisibleTargets(initiatorName, chapUser).Select(name => new DiscoveredTarget(name, addresses));
    }

    protected override Memory<byte> PlaceData(BasicHeader header, ReadOnlySpan<byte> additionalHeaders) => default;

    protected override bool HandleScsi(BasicHeader header, bool isDataIntact)
    {
        Reject(header, RejectReason.CommandNotSupported);
        return false;
    }
}
