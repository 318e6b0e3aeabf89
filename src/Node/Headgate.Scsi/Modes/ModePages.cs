namespace Headgate.Scsi.Modes;

/// <summary>PAGE CONTROL of MODE SENSE (SPC-4 6.11.4).</summary>
internal enum PageControl
{
    Current = 0,
    Changeable = 1,
    Default = 2,
    Saved = 3,
}

/// <summary>Builds the mode pages of a unit.</summary>
internal static class ModePages
{
    /// <summary>All pages.</summary>
    public const byte AllPages = 0x3F;

    public const byte AllSubpages = 0xFF;

    /// <summary>D_SENSE in byte 2 of the control page.</summary>
    public const byte DescriptorSenseBit = 0x04;

    /// <summary>SWP in byte 4 of the control page.</summary>
    public const byte SoftwareWriteProtectBit = 0x08;

    public const byte ReadWriteErrorRecovery = 0x01;
    public const byte Caching = 0x08;
    public const byte Control = 0x0A;
    public const byte InformationalExceptions = 0x1C;

    /// <summary>30 s in units of 100 ms: how long BUSY may last when something unforeseen holds the unit up.</summary>
    private const ushort BusyTimeoutPeriod = 300;

    /// <summary>In the order of MODE SENSE: ascending.</summary>
    public static ReadOnlySpan<byte> Codes => [ReadWriteErrorRecovery, Caching, Control, InformationalExceptions];

    /// <summary>One page with its header, or null when there is no such page.</summary>
    public static byte[]? Build(byte code, PageControl control, UnitState state) => code switch
    {
        ReadWriteErrorRecovery => BuildReadWriteErrorRecovery(control),
        Caching => BuildCaching(control),
        Control => BuildControl(control, state),
        InformationalExceptions => BuildInformationalExceptions(control),
        _ => null,
    };

    /// <summary>SBC-3, read-write error recovery mode page: AWRE and ARRE, since the store below puts bad blocks elsewhere by itself.</summary>
    private static byte[] BuildReadWriteErrorRecovery(PageControl control)
    {
        var page = new byte[12];
        page[0] = ReadWriteErrorRecovery;
        page[1] = 10;
        if (control != PageControl.Changeable)
            page[2] = 0xC0;
        return page;
    }

    /// <summary>
    /// SBC-3, caching mode page. WCE=1 and nothing can change it: a write is on the medium only with FUA or after SYNCHRONIZE CACHE.
    /// </summary>
    private static byte[] BuildCaching(PageControl control)
    {
        var page = new byte[20];
        page[0] = Caching;
        page[1] = 18;
        if (control != PageControl.Changeable)
            page[2] = 0x04;
        return page;
    }

    /// <summary>SPC-4 7.5.8.</summary>
    private static byte[] BuildControl(PageControl control, UnitState state)
    {
        var page = new byte[12];
        page[0] = Control;
        page[1] = 10;
        var all = control == PageControl.Changeable;
        var now = control == PageControl.Current;
        if (all || (now && state.DescriptorSense))
            page[2] |= DescriptorSenseBit;
        if (all || (now && state.SoftwareWriteProtected))
            page[4] |= SoftwareWriteProtectBit;
        if (all)
            return page;
        page[2] |= 0x02; // GLTSD: there are no log parameters to save
        page[3] = 0x10; // QUEUE ALGORITHM MODIFIER 1: commands may be reordered
        page[8] = BusyTimeoutPeriod >> 8;
        page[9] = BusyTimeoutPeriod & 0xFF;
        return page;
    }

    /// <summary>SBC-3, informational exceptions control mode page: DEXCPT, none are reported.</summary>
    private static byte[] BuildInformationalExceptions(PageControl control)
    {
        var page = new byte[12];
        page[0] = InformationalExceptions;
        page[1] = 10;
        if (control != PageControl.Changeable)
            page[2] = 0x08;
        return page;
    }
}
