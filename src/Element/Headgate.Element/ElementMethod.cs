using System.Text.Json.Serialization.Metadata;

namespace Headgate.Element;

/// <summary>
/// One method of the API with its shapes: what a client sends and reads, and what a server reads and writes. Parameters
/// are written without what is null ("not given"); results with every member, because clients test for presence.
/// </summary>
/// <param name="Name">As on the wire.</param>
/// <param name="IsRead">Changes nothing, so a call without an answer may simply be repeated.</param>
/// <param name="Params">How parameters are read and written.</param>
/// <param name="Result">How the result is read and written.</param>
public sealed record ElementMethod<TParams, TResult>(
    string Name, bool IsRead, JsonTypeInfo<TParams> Params, JsonTypeInfo<TResult> Result)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
