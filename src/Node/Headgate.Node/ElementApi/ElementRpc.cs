using System.Text.Json;
using Headgate.Blocks;
using Headgate.Element;
using Headgate.Element.Wire;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.ElementApi;

/// <summary>The JSON-RPC envelope: a request's bytes in, a reply's bytes out, whatever is in them (element-api 1.3, 1.4).</summary>
internal sealed partial class ElementRpc(IReadOnlyDictionary<string, ElementHandler> methods, INodeEvents events, ILogger logger)
{
    /// <summary>Deepest nesting of a request: parameters of group calls have four levels, attributes some more.</summary>
    private const int MaxDepth = 32;

    private static readonly JsonElement NoParameters = JsonElement.Parse("{}");

    /// <summary>Whether the request was JSON-RPC at all, and the reply to send.</summary>
    public readonly record struct Reply(bool IsRequest, byte[] Body);

    /// <summary>Carries out one request. Never throws for what the request contains.</summary>
    public async ValueTask<Reply> HandleAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind is not JsonValueKind.Object) return NotJson("The body is not a JSON object.");
            return new Reply(true, await HandleAsync(document.RootElement, cancellation).ConfigureAwait(false));
        }
        catch (JsonException problem)
        {
            return NotJson($"The body is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine}.");
        }
        catch (InvalidOperationException)
        {
            return NotJson("The body contains text that is not UTF-8."); // JsonElement finds that when a string is read
        }
    }

    private async ValueTask<byte[]> HandleAsync(JsonElement request, CancellationToken cancellation)
    {
        JsonElement? id = request.TryGetProperty("id", out var given) ? given : null;
        try
        {
            var (handler, parameters) = Read(request);
            var answer = await handler.InvokeAsync(parameters, cancellation).ConfigureAwait(false);
            return Bytes(new ElementResponse
            {
                Id = id, Result = answer.Result, Warning = answer.Unused is { } unused ? new ElementWarning(unused) : null,
            });
        }
        catch (ElementFault fault)
        {
            return Failure(id, fault.Name, fault.Message);
        }
        catch (VolumeStoreException problem)
        {
            StoreRefused(problem, problem.Code);
            return Failure(id, NameOf(problem), problem.Message);
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or InvalidOperationException or JsonException))
        {
            Failed(problem, request.GetProperty("method").GetString());
            events.Raise(new NodeEvent(
                "element-call-failed", NodeEventSeverity.Error, $"An Element call failed inside the node: {problem.GetType().Name}. See the log."));
            return Failure(id, ElementErrorNames.DbOperationTimeout, "The call failed inside the node; its log says why.");
        }
    }

    private (ElementHandler Handler, JsonElement Parameters) Read(JsonElement request)
    {
        if (!request.TryGetProperty("method", out var method) || method.ValueKind is not JsonValueKind.String)
            throw ElementFault.Missing("method");
        var name = method.GetString()!;
        if (!methods.TryGetValue(name, out var handler))
            throw new ElementFault(ElementErrorNames.UnknownApiMethod, $"Unknown API method  method={name}");
        if (!request.TryGetProperty("params", out var parameters) || parameters.ValueKind is JsonValueKind.Null)
            return (handler, NoParameters);
        return parameters.ValueKind is JsonValueKind.Object
            ? (handler, parameters)
            : throw new ElementFault(ElementErrorNames.InvalidParameterType, "params is not an object; there are no positional parameters.");
    }

    private static string NameOf(VolumeStoreException problem) => problem.Code switch
    {
        "out-of-space" => ElementErrorNames.TotalCapacityExceeded,
        "volume-not-found" => ElementErrorNames.VolumeIdDoesNotExist,
        "snapshot-not-found" => ElementErrorNames.SnapshotIdDoesNotExist,
        _ => ElementErrorNames.NotReadyForIO,
    };

    private static Reply NotJson(string message) => new(false, Failure(null, "xInvalidJSON", message));

    private static byte[] Failure(JsonElement? id, string name, string message) =>
        Bytes(new ElementResponse { Id = id, Error = new ElementErrorBody(ElementFault.Code, name, message) });

    private static byte[] Bytes(ElementResponse response) =>
        JsonSerializer.SerializeToUtf8Bytes(response, ElementResultsJson.Default.ElementResponse);
}
