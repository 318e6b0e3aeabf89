namespace Headgate.Api.Contract;

/// <summary>GET /api/v1/servers: a management server on this database.</summary>
/// <param name="Name">The same over restarts.</param>
/// <param name="State">up, silent (others take its work over) or stopped.</param>
/// <param name="Address">Where its REST API is served.</param>
/// <param name="Version">Of the program.</param>
/// <param name="StartedAt">When it was started last.</param>
/// <param name="SeenAt">When it last said that it is there.</param>
/// <param name="IsThis">Whether it is the one that answers.</param>
public sealed record ServerView(
    string Name, string State, string Address, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsThis);
