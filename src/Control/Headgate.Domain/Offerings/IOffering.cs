namespace Headgate.Domain;

/// <summary>What an admin publishes and a tenant picks. Its numbers never change; retired, it stays with those that have it.</summary>
public interface IOffering : IAggregate
{
    /// <summary>Unique among those in use.</summary>
    string Name { get; }

    /// <summary>Since when nothing new can be made of it.</summary>
    DateTimeOffset? RetiredAt { get; }
}
