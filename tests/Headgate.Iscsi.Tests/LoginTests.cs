using CsCheck;
using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Tests;

public sealed class LoginTests
{
    private const string Names = LoginDialog.Names;

    [Fact]
    public void Without_authentication_both_stages_lead_to_full_feature()
    {
        var dialog = new LoginDialog();
        var first = dialog.Send(0, 1, Names + "AuthMethod=None,CHAP\0");
        Assert.True(first.Transit);
        Assert.Equal(("None", "1"), (LoginDialog.Keys(first)["AuthMethod"], LoginDialog.Keys(first)["TargetPortalGroupTag"]));
        var last = dialog.Send(1, 3, "HeaderDigest=CRC32C\0MaxRecvDataSegmentLength=4096\0X-foo=1\0");
        Assert.True(last.IsComplete);
        var keys = LoginDialog.Keys(last);
        Assert.Equal(("CRC32C", "262144", "NotUnderstood"), (keys["HeaderDigest"], keys["MaxRecvDataSegmentLength"], keys["X-foo"]));
        Assert.Equal((true, 4096), (dialog.Machine.Parameters.HeaderDigest, dialog.Machine.Parameters.InitiatorMaxRecvBytes));
        Assert.Equal(0x8000_1234_5678UL, dialog.Machine.Isid);
    }

    [Fact]
    public void The_keys_may_be_cut_anywhere_by_the_C_bit()
    {
        const string text = Names + "HeaderDigest=CRC32C\0";
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var dialog = new LoginDialog();
            var part = dialog.Send(1, null, text[..cut], continues: true);
            Assert.True(part is { Status: LoginStatus.Success, Transit: false, Text.IsEmpty: true });
            Assert.True(dialog.Send(1, 3, text[cut..]).IsComplete);
            Assert.True(dialog.Machine.Parameters.HeaderDigest);
        }
    }

    [Theory]
    [InlineData("TargetName=iqn.2026-11.a:disk\0", LoginStatus.MissingParameter)]
    [InlineData("InitiatorName=iqn.2026-11.a:init\0", LoginStatus.MissingParameter)]
    [InlineData(Names + "SessionType=Odd\0", LoginStatus.SessionTypeNotSupported)]
    [InlineData(Names + "InitiatorName=iqn.2026-11.a:other\0", LoginStatus.InitiatorError)]
    [InlineData(Names + "MaxBurstLength=512\0MaxBurstLength=512\0", LoginStatus.InitiatorError)]
    [InlineData(Names + "nonsense\0", LoginStatus.InitiatorError)]
    public void Wrong_first_keys_end_the_login(string text, LoginStatus status)
    {
        var reply = new LoginDialog().Send(1, 3, text);
        Assert.Equal(status, reply.Status);
        Assert.NotNull(reply.Problem);
    }

    [Fact]
    public void Wrong_headers_end_the_login_with_the_status_for_it()
    {
        Assert.Equal(LoginStatus.UnsupportedVersion, Status(1, 3, header => header[3] = 1));
        Assert.Equal(LoginStatus.SessionDoesNotExist, Status(1, 3, header => header[15] = 9));
        Assert.Equal(LoginStatus.TooManyConnections, Status(1, 3, header => header[15] = 5)); // CID 0, and the session's is 1
        Assert.Equal(LoginStatus.InvalidDuringLogin, Status(2, null, null));
        Assert.Equal(LoginStatus.InitiatorError, Status(1, 1, null));
        Assert.Equal(LoginStatus.InitiatorError, Status(1, 3, header => header[1] |= 0x40));
        static LoginStatus Status(int stage, int? next, Action<byte[]>? edit) => new LoginDialog().Send(stage, next, Names, edit: edit).Status;
    }

    [Theory]
    [InlineData(LoginStatus.NotFound)]
    [InlineData(LoginStatus.AuthorizationFailure)]
    [InlineData(LoginStatus.ServiceUnavailable)]
    public void What_the_target_says_of_the_initiator_ends_the_login(LoginStatus verdict)
    {
        var dialog = new LoginDialog { Verdict = verdict };
        Assert.Equal(verdict, dialog.Send(0, 3, Names + "AuthMethod=None\0").Status);
        Assert.Equal(verdict, new LoginDialog { Verdict = verdict }.Send(1, 3, Names).Status);
    }

    [Theory]
    [InlineData("CHAP,None", false, "CHAP")]
    [InlineData("None,CHAP", false, "None")]
    [InlineData("None,CHAP", true, "CHAP")]
    [InlineData("KRB5,SRP,None", false, "None")]
    public void The_first_method_that_will_do_is_taken(string offered, bool chapRequired, string chosen)
    {
        var reply = new LoginDialog { ChapRequired = chapRequired }.Send(0, null, Names + $"AuthMethod={offered}\0");
        Assert.Equal(chosen, LoginDialog.Keys(reply)["AuthMethod"]);
    }

    [Theory]
    [InlineData(0, "AuthMethod=None\0")]
    [InlineData(0, "AuthMethod=KRB5\0")]
    [InlineData(0, "")]
    [InlineData(1, "")]
    public void Where_CHAP_is_a_must_there_is_no_way_around_it(int stage, string keys) =>
        Assert.Equal(LoginStatus.AuthenticationFailure, new LoginDialog { ChapRequired = true }.Send(stage, 3, Names + keys).Status);

    [Fact]
    public void Leaving_security_before_CHAP_is_over_is_not_granted()
    {
        var dialog = new LoginDialog { ChapRequired = true };
        Assert.False(dialog.Send(0, 3, Names + "AuthMethod=CHAP\0").Transit);
        Assert.False(dialog.Send(0, 3, "CHAP_A=5\0").Transit);
        Assert.Null(dialog.Machine.ProvenUser);
    }

    [Theory]
    [InlineData("5,6,7,8", ChapAlgorithm.Md5)]
    [InlineData("9,7,5", ChapAlgorithm.Sha256)]
    [InlineData("6", ChapAlgorithm.Sha1)]
    [InlineData("8,7,6,5", ChapAlgorithm.Sha3)]
    public void CHAP_takes_the_initiators_first_algorithm_and_proves_the_user(string offered, ChapAlgorithm algorithm)
    {
        var dialog = new LoginDialog { ChapRequired = true };
        var challenge = dialog.BeginChap(offered);
        Assert.Equal($"{(int)algorithm}", challenge["CHAP_A"]);
        Assert.Equal(("77", BinaryValue.ToHex(LoginDialog.Challenge)), (challenge["CHAP_I"], challenge["CHAP_C"]));
        var reply = dialog.Send(0, 3, $"CHAP_N=user\0CHAP_R={LoginDialog.Proof("initiator-secret", algorithm)}\0");
        Assert.True(reply.IsComplete);
        Assert.Equal(("user", "user", false), (dialog.Machine.ProvenUser, dialog.AuthorizedAs, dialog.Machine.IsMutualChap));
    }

    [Theory]
    [InlineData("")]
    [InlineData("56")]
    [InlineData("05")]
    [InlineData("99")]
    public void An_offer_without_a_known_algorithm_fails(string offered)
    {
        var dialog = new LoginDialog();
        dialog.Send(0, null, Names + "AuthMethod=CHAP\0");
        Assert.Equal(LoginStatus.AuthenticationFailure, dialog.Send(0, null, $"CHAP_A={offered}\0").Status);
    }

    [Fact]
    public void A_response_in_base64_is_as_good()
    {
        var dialog = new LoginDialog();
        dialog.BeginChap();
        var proof = "0b" + Convert.ToBase64String(ChapHash.Compute(ChapAlgorithm.Md5, 77, "initiator-secret", LoginDialog.Challenge));
        Assert.True(dialog.Send(0, 3, $"CHAP_N=user\0CHAP_R={proof}\0").IsComplete);
    }

    [Fact]
    public void A_wrong_secret_an_unknown_user_and_an_oversize_response_fail_alike()
    {
        string[] answers =
        [
            $"CHAP_N=user\0CHAP_R={LoginDialog.Proof("wrong")}\0",
            $"CHAP_N=nobody\0CHAP_R={LoginDialog.Proof("initiator-secret")}\0",
            $"CHAP_N=nobody\0CHAP_R={LoginDialog.Proof("")}\0",
            $"CHAP_N=user\0CHAP_R=0x{new string('0', 2050)}\0",
            $"CHAP_N=user\0CHAP_R=0b{new string('A', 1400)}\0",
            $"CHAP_R={LoginDialog.Proof("initiator-secret")}\0",
            "CHAP_N=user\0",
        ];
        foreach (var answer in answers)
        {
            var dialog = new LoginDialog();
            dialog.BeginChap();
            var reply = dialog.Send(0, 3, answer);
            Assert.Equal(LoginStatus.AuthenticationFailure, reply.Status);
            Assert.DoesNotContain("secret-", reply.Problem, StringComparison.Ordinal);
            Assert.Null(dialog.Machine.ProvenUser);
        }
    }

    [Fact]
    public void The_target_proves_itself_when_asked()
    {
        var dialog = new LoginDialog();
        dialog.BeginChap();
        var reply = dialog.Send(0, 3, $"CHAP_N=user\0CHAP_R={LoginDialog.Proof("initiator-secret")}\0CHAP_I=3\0CHAP_C=0x0102\0");
        Assert.True(reply.IsComplete && dialog.Machine.IsMutualChap);
        Assert.Equal(
            BinaryValue.ToHex(ChapHash.Compute(ChapAlgorithm.Md5, 3, "target-secret", [1, 2])), LoginDialog.Keys(reply)["CHAP_R"]);
        Assert.Equal("user", LoginDialog.Keys(reply)["CHAP_N"]);
    }

    [Fact]
    public void Reflection_of_the_challenge_or_of_the_secret_is_refused()
    {
        var own = BinaryValue.ToHex(LoginDialog.Challenge);
        Assert.Equal(LoginStatus.AuthenticationFailure, Mutual("target-secret", own));
        Assert.Equal(LoginStatus.AuthenticationFailure, Mutual("initiator-secret", "0x0102"));
        Assert.Equal(LoginStatus.AuthenticationFailure, Mutual(null, "0x0102"));
        Assert.Equal(LoginStatus.Success, Mutual("target-secret", "0x0102"));

        static LoginStatus Mutual(string? targetSecret, string challenge)
        {
            var dialog = new LoginDialog { Account = new("user", "initiator-secret", targetSecret) };
            dialog.BeginChap();
            return dialog.Send(0, 3, $"CHAP_N=user\0CHAP_R={LoginDialog.Proof("initiator-secret")}\0CHAP_I=3\0CHAP_C={challenge}\0").Status;
        }
    }

    [Fact]
    public void Discovery_needs_no_target_and_is_not_checked_against_one()
    {
        var dialog = new LoginDialog { Verdict = LoginStatus.NotFound };
        Assert.True(dialog.Send(1, 3, "InitiatorName=iqn.2026-11.a:i\0SessionType=Discovery\0InitialR2T=No\0").IsComplete);
        Assert.True(dialog.Machine.Identity.IsDiscovery);
    }

    [Fact]
    public void A_login_in_the_place_of_its_sessions_connection_keeps_what_the_session_agreed_on()
    {
        var dialog = new LoginDialog();
        var reply = dialog.Send(1, 3, "InitiatorName=iqn.2026-11.a:init\0HeaderDigest=CRC32C\0MaxBurstLength=512\0", edit: OfSession5);
        Assert.True(reply.IsComplete && dialog.Machine.IsReinstatement);
        Assert.Equal("iqn.2026-11.a:disk", dialog.Machine.Identity.TargetName);
        Assert.Equal("Reject", LoginDialog.Keys(reply)["MaxBurstLength"]); // leading only
        var agreed = dialog.Machine.Parameters;
        Assert.Equal((true, 4096, false), (agreed.HeaderDigest, agreed.MaxBurstBytes, agreed.InitialR2T));
    }

    [Fact]
    public void A_login_to_a_session_has_to_name_its_target_or_none()
    {
        const string Other = "InitiatorName=iqn.2026-11.a:init\0TargetName=iqn.2026-11.a:other\0";
        Assert.Equal(LoginStatus.CannotIncludeInSession, new LoginDialog().Send(1, 3, Other, edit: OfSession5).Status);
        const string Discovery = "InitiatorName=iqn.2026-11.a:init\0SessionType=Discovery\0";
        Assert.Equal(LoginStatus.CannotIncludeInSession, new LoginDialog().Send(1, 3, Discovery, edit: OfSession5).Status);
    }

    [Fact]
    public void Identifiers_do_not_change_during_a_login()
    {
        foreach (var at in (int[])[13, 15, 21]) // ISID, TSIH, CID
        {
            var dialog = new LoginDialog();
            Assert.Equal(LoginStatus.Success, dialog.Send(1, null, Names).Status);
            Assert.Equal(LoginStatus.InvalidDuringLogin, dialog.Send(1, 3, "", edit: header => header[at] ^= 1).Status);
        }
    }

    [Fact]
    public void A_portal_sends_on_before_it_asks_who_it_is_and_a_target_only_those_who_may_use_it()
    {
        var portal = new LoginDialog { ChapRequired = true, PortalRedirection = new("10.0.0.2:3260", IsPermanent: false) };
        var reply = portal.Send(0, 1, Names + "AuthMethod=CHAP\0");
        Assert.Equal((LoginStatus.MovedTemporarily, "10.0.0.2:3260"), (reply.Status, LoginDialog.Keys(reply)["TargetAddress"]));

        var target = new LoginDialog { TargetRedirection = new("[fd00::2]:3260", IsPermanent: true) };
        target.BeginChap();
        reply = target.Send(0, 1, $"CHAP_N=user\0CHAP_R={LoginDialog.Proof("initiator-secret")}\0");
        Assert.Equal((LoginStatus.MovedPermanently, "[fd00::2]:3260"), (reply.Status, LoginDialog.Keys(reply)["TargetAddress"]));
        Assert.Equal(
            LoginStatus.NotFound,
            new LoginDialog { TargetRedirection = new("x:1", false), Verdict = LoginStatus.NotFound }.Send(1, 3, Names).Status);
    }

    [Fact]
    public void Discovery_is_not_sent_on() =>
        Assert.True(new LoginDialog { PortalRedirection = new("x:1", false), TargetRedirection = new("x:1", false) }
            .Send(1, 3, "InitiatorName=iqn.2026-11.a:i\0SessionType=Discovery\0").IsComplete);

    [Fact]
    public void The_order_of_keys_does_not_matter_for_the_first_burst()
    {
        var reply = new LoginDialog().Send(1, 3, Names + "FirstBurstLength=65536\0MaxBurstLength=1024\0");
        Assert.Equal("1024", LoginDialog.Keys(reply)["FirstBurstLength"]);
    }

    [Fact]
    public void SendTargets_does_not_belong_into_a_login() =>
        Assert.Equal(LoginStatus.InitiatorError, new LoginDialog().Send(1, 3, Names + "SendTargets=All\0").Status);

    [Fact]
    public void The_answer_to_as_many_keys_as_there_may_be_fits_into_a_login_PDU()
    {
        var keys = string.Concat(Enumerable.Range(0, Limits.NegotiationPairs - 2).Select(i => $"X-{new string('k', 59)}{i:00}=1\0"));
        var reply = new LoginDialog().Send(1, 3, Names + keys);
        Assert.Equal(LoginStatus.Success, reply.Status);
        Assert.InRange(reply.Text.Length, 4000, Limits.LoginDataBytes);
    }

    private static void OfSession5(byte[] header) => (header[15], header[21]) = (5, 1);

    [Fact]
    public void A_login_that_never_ends_is_ended()
    {
        var dialog = new LoginDialog();
        var reply = dialog.Send(1, null, Names);
        for (var i = 0; i < Limits.LoginExchanges; i++) reply = dialog.Send(1, null, "");
        Assert.Equal(LoginStatus.InitiatorError, reply.Status);
    }

    [Fact]
    public void Spoilt_requests_get_a_reply_and_never_full_feature_past_CHAP() =>
        Gen.Select(Gen.Int[0, 47], Gen.Byte, Gen.Int[0, Names.Length - 1], Gen.Char['\0', '~']).Sample((at, value, textAt, c) =>
        {
            var dialog = new LoginDialog { ChapRequired = true };
            var text = Names[..textAt] + c + Names[(textAt + 1)..];
            var reply = dialog.Send(0, 3, text, edit: header =>
            {
                if (at is 0 or (>= 5 and <= 7)) return; // opcode and length belong to the framing
                header[at] = value;
            });
            Assert.False(reply.IsComplete);
        });
}
