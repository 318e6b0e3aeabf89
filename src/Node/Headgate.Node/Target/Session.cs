namespace Headgate.Node.Target;

internal sealed class Session(SessionView view)
{
    public ulong Id => view.SessionId;

    public Task Ended { get; } = Task.CompletedTask;

    public SessionView View() => view;

    public void Cut(CutReason reason) => throw new NotSupportedException($"{view.SessionId}: {reason}");
}
