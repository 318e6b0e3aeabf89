using Headgate.Api;
using Headgate.Api.Contract;
using Headgate.Node;
using Headgate.Primitives;

namespace Headgate.Server;

/// <summary>The embedded node as the REST API shows it.</summary>
internal sealed class NodeAccess(StorageNode node) : INodeAccess
{
    public ValueTask<Outcome<NodeStatusView>> GetStatusAsync(CancellationToken stop)
    {
        var now = node.GetStatus();
        return ValueTask.FromResult<Outcome<NodeStatusView>>(new NodeStatusView(
            now.Name, now.Version, now.IscsiPortal, now.ElementEndpoint, now.Volumes, now.Sessions, now.CapacityBytes, now.UsedBytes,
            now.CapacityIops, now.PromisedIops, now.CurrentIops, now.IoEngine));
    }

    public async ValueTask<Outcome<NodeCapacityView>> MeasureAsync(CancellationToken stop)
    {
        try
        {
            var found = await node.MeasureCapacityAsync();
            return new NodeCapacityView(found.Iops, found.Description);
        }
        catch (IOException problem)
        {
            return new Fault("medium-not-measured", $"The medium of the node cannot be measured: {problem.Message}", Recovery.AskOperator);
        }
    }

    public ValueTask<Outcome<NodeCredentialsView>> GetCredentialsAsync(CancellationToken stop)
    {
        var login = node.Credentials;
        return ValueTask.FromResult<Outcome<NodeCredentialsView>>(new NodeCredentialsView(login.ElementEndpoint, login.Username, login.Password));
    }
}
