namespace Headgate.Server;

/// <summary>What a person reads at the start: where things are, how to log in, what to try.</summary>
internal static class Banner
{
    public static void Write(TextWriter output, ManagementServer server, DataFolder data, string? portal, string? element, bool sample)
    {
        output.WriteLine();
        output.WriteLine("Headgate is up.");
        output.WriteLine($"  REST API      {server.Endpoint.GetLeftPart(UriPartial.Authority)}/api/v1   (description: /openapi/v1.json)");
        if (portal is not null) output.WriteLine($"  iSCSI         {portal}");
        if (element is not null) output.WriteLine($"  Element API   {element}   (login: headgate node credentials)");
        output.WriteLine($"  Data          {data.Root}");
        output.WriteLine($"  Database      {server.Database}   (this server: {server.Name})");
        output.WriteLine($"  Log in        the CLI finds the admin's key in {data.AdminFile}");
        if (data.AdminFile != Path.GetFullPath(Path.Combine("data", "admin.json")))
            output.WriteLine($"                export HEADGATE_CONFIG={data.AdminFile}");
        output.WriteLine();
        output.WriteLine("Try next, in another terminal:");
        foreach (var line in sample ? WithSample : WithoutSample) output.WriteLine("  " + line);
        output.WriteLine();
    }

    private static readonly string[] WithSample =
    [
        "./headgate volume create --name db1 --disk-offering gold",
        "./headgate volume connect db1 --initiator iqn.1993-08.org.debian:01:me",
        "./headgate volume watch db1",
    ];

    private static readonly string[] WithoutSample =
    [
        "./headgate zone add --name z1",
        "./headgate provider show SolidFire",
        "./headgate node credentials",
    ];
}
