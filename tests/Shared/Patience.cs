namespace Headgate.Testing;

/// <summary>
/// How long a test waits for what is sure to come, so that a hang ends as a failure. Nothing is measured by it: it is far
/// above what a machine takes that builds and tests other things on the same two cores.
/// </summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
}
