using Headgate.Api.Contract;
using Headgate.Primitives;

namespace Headgate.Api;

/// <summary>
/// The storage node that runs in this process. The composition root registers one when there is one; without it
/// /api/v1/node answers 404 <c>node-not-embedded</c>.
/// </summary>
public interface INodeAccess
{
    /// <summary>The node's figures as they are now.</summary>
    ValueTask<Outcome<NodeStatusView>> GetStatusAsync(CancellationToken stop);

    /// <summary>Measures the medium anew; takes some seconds.</summary>
    ValueTask<Outcome<NodeCapacityView>> MeasureAsync(CancellationToken stop);

    /// <summary>What the Element API of the node takes. The caller has been checked and the request audited already.</summary>
    ValueTask<Outcome<NodeCredentialsView>> GetCredentialsAsync(CancellationToken stop);
}
