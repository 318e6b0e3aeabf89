using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Headgate.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class AddReconciliationAndSnapshotPlans : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IsProtected",
                table: "Volumes",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "PurgeAt",
                table: "Volumes",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "GroupId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "ScheduleId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "QuarantinedBytes",
                table: "Pools",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "QuarantinedIops",
                table: "Pools",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "AbandonRequested",
                table: "Operations",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "TraceParent",
                table: "Operations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Findings",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    PoolId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Identity = table.Column<string>(type: "TEXT", nullable: false),
                    SubjectId = table.Column<Guid>(type: "TEXT", nullable: true),
                    VolumeId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Volume = table.Column<string>(type: "TEXT", nullable: true),
                    Handle = table.Column<string>(type: "TEXT", nullable: false),
                    Message = table.Column<string>(type: "TEXT", nullable: false),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    Repairable = table.Column<bool>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    FirstSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    IgnoredBy = table.Column<string>(type: "TEXT", nullable: true),
                    RepairOperationId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Repairs = table.Column<int>(type: "INTEGER", nullable: false),
                    RepairNotBefore = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Findings", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Findings_Pools_PoolId",
                        column: x => x.PoolId,
                        principalTable: "Pools",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Orphans",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    PoolId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Key = table.Column<Guid>(type: "TEXT", nullable: false),
                    Handle = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Size = table.Column<long>(type: "INTEGER", nullable: false),
                    MinIops = table.Column<long>(type: "INTEGER", nullable: true),
                    MaxIops = table.Column<long>(type: "INTEGER", nullable: true),
                    BurstIops = table.Column<long>(type: "INTEGER", nullable: true),
                    MaxBandwidth = table.Column<long>(type: "INTEGER", nullable: true),
                    Initiators = table.Column<string>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    FirstSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Cause = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Orphans", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Orphans_Pools_PoolId",
                        column: x => x.PoolId,
                        principalTable: "Pools",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "PoolCheckups",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    NextAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LeaseOwner = table.Column<string>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    LastAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PoolCheckups", x => x.Id);
                    table.ForeignKey(
                        name: "FK_PoolCheckups_Pools_Id",
                        column: x => x.Id,
                        principalTable: "Pools",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "RecycleRules",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    KeepSeconds = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RecycleRules", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "SnapshotGroups",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Consistency = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    DeletedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Cause = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SnapshotGroups", x => x.Id);
                    table.ForeignKey(
                        name: "FK_SnapshotGroups_Accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "Accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SnapshotSchedules",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Volumes = table.Column<string>(type: "TEXT", nullable: false),
                    NamePattern = table.Column<string>(type: "TEXT", nullable: true),
                    Rule = table.Column<string>(type: "TEXT", nullable: false),
                    TimeZone = table.Column<string>(type: "TEXT", nullable: false),
                    AsGroup = table.Column<bool>(type: "INTEGER", nullable: false),
                    KeepLast = table.Column<int>(type: "INTEGER", nullable: true),
                    KeepSeconds = table.Column<long>(type: "INTEGER", nullable: true),
                    IsEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    NextAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LeaseOwner = table.Column<string>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    LastRunAt = table.Column<long>(type: "INTEGER", nullable: true),
                    LastOutcome = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    LastProblem = table.Column<string>(type: "TEXT", nullable: true),
                    LastOperations = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SnapshotSchedules", x => x.Id);
                    table.ForeignKey(
                        name: "FK_SnapshotSchedules_Accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "Accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Volumes_PurgeAt",
                table: "Volumes",
                column: "PurgeAt",
                filter: "\"PurgeAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_GroupId",
                table: "Snapshots",
                column: "GroupId",
                filter: "\"GroupId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_ScheduleId_VolumeId",
                table: "Snapshots",
                columns: new[] { "ScheduleId", "VolumeId" },
                filter: "\"ScheduleId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Findings_PoolId_Identity",
                table: "Findings",
                columns: new[] { "PoolId", "Identity" },
                unique: true,
                filter: "\"State\" IN ('Open', 'Ignored')");

            migrationBuilder.CreateIndex(
                name: "IX_Findings_State_Kind",
                table: "Findings",
                columns: new[] { "State", "Kind" });

            migrationBuilder.CreateIndex(
                name: "IX_Orphans_PoolId_Handle",
                table: "Orphans",
                columns: new[] { "PoolId", "Handle" },
                unique: true,
                filter: "\"State\" IN ('Quarantined', 'Adopting', 'Deleting')");

            migrationBuilder.CreateIndex(
                name: "IX_Orphans_State",
                table: "Orphans",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_PoolCheckups_NextAt",
                table: "PoolCheckups",
                column: "NextAt");

            migrationBuilder.CreateIndex(
                name: "IX_SnapshotGroups_AccountId_Name",
                table: "SnapshotGroups",
                columns: new[] { "AccountId", "Name" },
                unique: true,
                filter: "\"DeletedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SnapshotSchedules_AccountId_Name",
                table: "SnapshotSchedules",
                columns: new[] { "AccountId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SnapshotSchedules_IsEnabled_NextAt",
                table: "SnapshotSchedules",
                columns: new[] { "IsEnabled", "NextAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Findings");

            migrationBuilder.DropTable(
                name: "Orphans");

            migrationBuilder.DropTable(
                name: "PoolCheckups");

            migrationBuilder.DropTable(
                name: "RecycleRules");

            migrationBuilder.DropTable(
                name: "SnapshotGroups");

            migrationBuilder.DropTable(
                name: "SnapshotSchedules");

            migrationBuilder.DropIndex(
                name: "IX_Volumes_PurgeAt",
                table: "Volumes");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_GroupId",
                table: "Snapshots");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_ScheduleId_VolumeId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "IsProtected",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "PurgeAt",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "GroupId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "ScheduleId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "QuarantinedBytes",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "QuarantinedIops",
                table: "Pools");

            migrationBuilder.DropColumn(
                name: "AbandonRequested",
                table: "Operations");

            migrationBuilder.DropColumn(
                name: "TraceParent",
                table: "Operations");
        }
    }
}
