namespace Headgate.Hosts;

/// <summary>Paths of the agent's API, relative to its address; and the one of the servers that agents call.</summary>
public static class HostRoutes
{
    /// <summary>At the servers' listener for agents.</summary>
    public const string Join = "agents/v1/join";

    /// <summary>Facts.</summary>
    public const string Host = "agent/v1/host";

    /// <summary>POST makes a request, PUT installs its certificate.</summary>
    public const string Certificate = "agent/v1/certificate";

    /// <summary>All VMs.</summary>
    public const string Vms = "agent/v1/vms";

    /// <summary>One VM.</summary>
    public static string Vm(Guid id) => $"{Vms}/{id}";

    /// <summary>An action on a VM: start, shutdown, power-off, reboot, reset, migrate.</summary>
    public static string Action(Guid id, string action) => $"{Vms}/{id}/{action}";

    /// <summary>A VM's serial console.</summary>
    public static string Console(Guid id) => $"{Vms}/{id}/console";

    /// <summary>A disk of a VM.</summary>
    public static string Disk(Guid id, Guid volumeId) => $"{Vms}/{id}/disks/{volumeId}";

    /// <summary>A disk's limits.</summary>
    public static string Limits(Guid id, Guid volumeId) => $"{Disk(id, volumeId)}/limits";

    /// <summary>A disk's new size.</summary>
    public static string Resize(Guid id, Guid volumeId) => $"{Disk(id, volumeId)}/resize";
}
