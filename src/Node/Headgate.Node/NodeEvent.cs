namespace Headgate.Node;

/// <summary>How much a node event matters.</summary>
public enum NodeEventSeverity
{
    /// <summary>For the record.</summary>
    Information,

    /// <summary>Somebody may want to look.</summary>
    Warning,

    /// <summary>Something is broken.</summary>
    Error,
}

/// <summary>Something that happened on the node, for people: a refused login, a full disk, overload.</summary>
/// <param name="Code">Stable kebab-case, for example <c>login-authentication-failed</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">One sentence, no secrets.</param>
/// <param name="VolumeId">The Element volumeID concerned, or null.</param>
public sealed record NodeEvent(string Code, NodeEventSeverity Severity, string Message, long? VolumeId = null);

/// <summary>Takes events; must not block.</summary>
public interface INodeEvents
{
    /// <summary>Records one event.</summary>
    void Raise(NodeEvent happened);
}
