using Headgate.DiskImages;

namespace Headgate.Operations.Templates;

/// <summary>
/// What operations on templates work with besides the storages. Downloads, unpacking and moving take minutes to hours each, so few run at
/// a time: all of them together hold 10 of the engine's places (<see cref="EngineOptions.MostAtOnce"/>), and who waits for a turn holds none.
/// </summary>
/// <param name="Images">The server's own store.</param>
/// <param name="Fetcher">For images that are fetched.</param>
/// <param name="Mover">Writes content into volumes.</param>
public sealed record TemplateTools(ImageStore Images, ImageFetcher Fetcher, DataMover.DataMover Mover)
{
    /// <summary>When to ask for a turn again: soon for those who wait, seldom for the journal.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);

    /// <summary>Downloads, which only admins ask for: four servers that crawl are the most that is waited for.</summary>
    public Turns Fetching { get; } = new(4, 4);

    /// <summary>Unpackings: each keeps a core busy. One of an account, since tenants can ask for any number.</summary>
    public Turns Unpacking { get; } = new(2, 1);

    /// <summary>Contents written to storages: each uses the network for as long as it takes. Half of them for one account.</summary>
    public Turns Moving { get; } = new(4, 2);

    /// <summary>The answer of a step that got no turn.</summary>
    internal static StepResult NoTurn(string what) => new StepResult.ComeBack($"{what}, as many as may be; this one comes as soon as there is a turn", AskAgain);
}
