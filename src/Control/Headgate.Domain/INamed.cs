namespace Headgate.Domain;

/// <summary>An aggregate that callers know by a name.</summary>
public interface INamed : IAggregate
{
    /// <summary>What callers refer to it by.</summary>
    string Name { get; }
}
