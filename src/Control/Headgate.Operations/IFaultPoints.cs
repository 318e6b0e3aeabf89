using System.Diagnostics;

namespace Headgate.Operations;

/// <summary>
/// Named places at which a test may end the server. Names: <c>KIND/STEP/intended</c> (journalled, not yet tried),
/// <c>…/acted</c> (tried, not yet journalled), <c>…/recorded</c>; the same with <c>undo-</c> in front of the last word.
/// </summary>
public interface IFaultPoints
{
    /// <summary>Called at <paramref name="name"/>. Throwing here leaves everything as a crash would.</summary>
    ValueTask ReachAsync(string name, CancellationToken stop);
}

/// <summary>
/// Tells whoever listens to the diagnostic source <c>Headgate.Operations</c>: a debugger, or a test that ends the shipped program at a
/// point. Nobody does in service, and then it costs one look.
/// </summary>
public sealed class DiagnosticFaultPoints : IFaultPoints, IDisposable
{
    private readonly DiagnosticListener _source = new("Headgate.Operations");

    /// <inheritdoc/>
    public ValueTask ReachAsync(string name, CancellationToken stop)
    {
        if (_source.IsEnabled()) _source.Write(name, null);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
