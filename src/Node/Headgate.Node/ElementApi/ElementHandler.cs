using System.Collections.Frozen;
using System.Text.Json;
using Headgate.Element;

namespace Headgate.Node.ElementApi;

/// <summary>The outcome of one call that went well: its result as JSON, and the parameters that nobody read.</summary>
internal readonly record struct ElementAnswer(JsonElement Result, IReadOnlyDictionary<string, JsonElement>? Unused);

/// <summary>One method of the API as this node serves it.</summary>
internal sealed class ElementHandler
{
    private readonly Func<JsonElement, CancellationToken, ValueTask<JsonElement>> _invoke;
    private readonly FrozenSet<string> _known;

    private ElementHandler(
        string name, IEnumerable<string> known, Func<JsonElement, CancellationToken, ValueTask<JsonElement>> invoke) =>
        (Name, _known, _invoke) = (name, known.ToFrozenSet(StringComparer.Ordinal), invoke);

    public string Name { get; }

    public static ElementHandler For<TParams, TResult>(ElementMethod<TParams, TResult> method, Func<TParams, TResult> serve) =>
        For(method, (parameters, _) => ValueTask.FromResult(serve(parameters)));

    public static ElementHandler For<TParams, TResult>(
        ElementMethod<TParams, TResult> method, Func<TParams, CancellationToken, ValueTask<TResult>> serve)
    {
        return new ElementHandler(method.Name, method.Params.Properties.Select(property => property.Name), Invoke);

        async ValueTask<JsonElement> Invoke(JsonElement parameters, CancellationToken cancellation)
        {
            var result = await serve(Read(method, parameters), cancellation).ConfigureAwait(false);
            return JsonSerializer.SerializeToElement(result, method.Result);
        }
    }

    /// <exception cref="ElementFault">The call is turned down.</exception>
    public async ValueTask<ElementAnswer> InvokeAsync(JsonElement parameters, CancellationToken cancellation)
    {
        var result = await _invoke(parameters, cancellation).ConfigureAwait(false);
        return new ElementAnswer(result, UnusedOf(parameters));
    }

    private static TParams Read<TParams, TResult>(ElementMethod<TParams, TResult> method, JsonElement parameters)
    {
        try
        {
            return parameters.Deserialize(method.Params)!;
        }
        catch (JsonException problem)
        {
            var member = problem.Path is { Length: > 2 } path ? path[2..] : "params";
            throw new ElementFault(
                ElementErrorNames.InvalidParameterType, $"{method.Name}: {member} has the wrong type. {FirstSentence(problem.Message)}");
        }
    }

    /// <summary>Without the reader's own position and .NET type names.</summary>
    private static string FirstSentence(string message)
    {
        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)) return "";
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private Dictionary<string, JsonElement>? UnusedOf(JsonElement parameters)
    {
        Dictionary<string, JsonElement>? unused = null;
        foreach (var member in parameters.EnumerateObject())
        {
            if (!_known.Contains(member.Name)) (unused ??= [])[member.Name] = member.Value;
        }
        return unused;
    }
}
