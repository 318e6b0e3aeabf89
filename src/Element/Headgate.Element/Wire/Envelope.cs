using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Element.Wire;

/// <summary>A request: <c>{"method":"CreateVolume","params":{...},"id":1}</c>. Unknown envelope members are ignored.</summary>
public sealed record ElementRequest
{
    /// <summary>The method's name; case matters.</summary>
    public string? Method { get; init; }

    /// <summary>An object; absent and null mean <c>{}</c>. <see cref="JsonValueKind.Undefined"/> when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Params { get; init; }

    /// <summary>Echoed with the same value and type; absent is answered with null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Id { get; init; }
}

/// <summary>
/// A reply. Exactly one of result and error is there (clients test for the presence of <c>error</c>, so it is never
/// written as null); <c>id</c> always is.
/// </summary>
public sealed record ElementResponse
{
    /// <summary>The request's id, or null when it had none.</summary>
    public JsonElement? Id { get; init; }

    /// <summary>The result object; <see cref="JsonValueKind.Undefined"/> in a failure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Result { get; init; }

    /// <summary>The failure; null in a success.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ElementErrorBody? Error { get; init; }

    /// <summary>Beside a result: what was sent and not understood.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ElementWarning? Warning { get; init; }
}

/// <summary>The failure of a call; sent with HTTP status 200.</summary>
/// <param name="Code">500 for practically everything.</param>
/// <param name="Name">One of <see cref="ElementErrorNames"/>: what programs decide on.</param>
/// <param name="Message">For people; some clients search it for the name.</param>
public sealed record ElementErrorBody(long Code, string? Name, string? Message);

/// <summary>What a cluster adds beside a result when it was sent parameters that the method does not have.</summary>
/// <param name="UnusedParameters">Name and value of each.</param>
public sealed record ElementWarning(IReadOnlyDictionary<string, JsonElement> UnusedParameters);
