using System.Runtime.CompilerServices;
using System.Text.Json;
using Headgate.Api.Json;
using Headgate.Api.Routes;
using Headgate.Operations;

namespace Headgate.Api.Streams;

/// <summary>An operation's states as server-sent events: one <c>operation</c> per change, whose data is the operation.</summary>
internal static class OperationEvents
{
    public static async IAsyncEnumerable<string> Of(IAsyncEnumerable<OperationDetails> states, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var state in states.WithCancellation(stop))
            yield return $"event: operation\nid: {state.Operation.Version}\ndata: {JsonSerializer.Serialize(OperationViews.Show(state), ApiJson.Options)}";
    }
}
