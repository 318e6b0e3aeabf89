using Headgate.Crash.Hook;

/// <summary>
/// What the runtime calls before <c>Main</c> of a program that is started with DOTNET_STARTUP_HOOKS. The program under test is the one
/// that is shipped: nothing in it knows of this.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("HEADGATE_CRASH_CONTROL") is { } socket) KillSwitch.Install(socket);
    }
}
