namespace Headgate.Node;

/// <summary>The node cannot start: what was asked, what there is, and what to do, with a stable code.</summary>
/// <remarks>
/// Codes: <c>data-folder-in-use</c>, <c>data-folder-unusable</c>, <c>data-folder-too-new</c>, <c>key-mismatch</c>,
/// <c>port-in-use</c>, <c>options-invalid</c>.
/// </remarks>
public sealed class StorageNodeException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable, kebab-case.</summary>
    public string Code { get; } = code;
}
