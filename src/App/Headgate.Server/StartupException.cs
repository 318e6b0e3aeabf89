namespace Headgate.Server;

/// <summary>The program cannot start: a stable code, and what was asked, what there is, what to do.</summary>
internal sealed class StartupException(string code, string message) : Exception(message)
{
    /// <summary>Stable, kebab-case.</summary>
    public string Code { get; } = code;
}
