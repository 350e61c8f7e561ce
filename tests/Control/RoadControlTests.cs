using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Control.Tests;

/// <summary>Compile, prepare, publish, commit: in that order, and not at all when anything is wrong.</summary>
public sealed class RoadControlTests
{
    private readonly List<string> log = [];

    [Fact]
    public async Task A_valid_change_prepares_the_pods_first_publishes_and_commits_the_edge_first()
    {
        await using var road = Build();
        var errors = new ErrorList();

        var generation = await road.GetRequiredService<RoadControl>().ApplyAsync("files", [Note("a")], errors, TestContext.Current.CancellationToken);

        Assert.Empty(errors.All);
        Assert.Equal(1, generation!.Number);
        Assert.Equal(["prepare pods", "prepare edge", "commit edge 1", "commit pods 1"], log);
        Assert.Equal(["a"], generation.Get<Notes>().Texts);
    }

    [Fact]
    public async Task A_compile_error_keeps_the_running_generation_and_touches_no_carrier()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        await control.ApplyAsync("files", [Note("a")], new ErrorList(), TestContext.Current.CancellationToken);
        log.Clear();
        var errors = new ErrorList();

        Assert.Null(await control.ApplyAsync("files", [Note("bad 1"), Note("bad 2")], errors, TestContext.Current.CancellationToken));

        Assert.Equal(2, errors.All.Count);
        Assert.Empty(log);
        Assert.Equal(1, road.GetRequiredService<IGenerationSource>().Current.Number);
    }

    [Fact]
    public async Task A_fault_of_our_own_keeps_the_running_generation()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => control.ApplyAsync("files", [Note("broken")], new ErrorList(), TestContext.Current.CancellationToken));
        await control.ApplyAsync("files", [Note("a")], new ErrorList(), TestContext.Current.CancellationToken);
        var errors = new ErrorList();

        Assert.Null(await control.ApplyAsync("files", [Note("broken")], errors, TestContext.Current.CancellationToken));

        Assert.StartsWith("a fault in Usher itself: was not thought of (in ", Assert.Single(errors.All).Message, StringComparison.Ordinal);
        Assert.Equal(1, road.GetRequiredService<IGenerationSource>().Current.Number);
        Assert.NotNull(await control.ApplyAsync("files", [Note("b")], new ErrorList(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_fault_after_a_change_was_published_is_not_told_as_a_change_left_out()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        await control.ApplyAsync("files", [Note("a")], new ErrorList(), TestContext.Current.CancellationToken);
        var errors = new ErrorList();

        await Assert.ThrowsAsync<InvalidOperationException>(() => control.ApplyAsync("files", [Note("late")], errors, TestContext.Current.CancellationToken));

        Assert.Empty(errors.All);
        Assert.Equal(2, road.GetRequiredService<IGenerationSource>().Current.Number);
    }

    [Fact]
    public async Task A_fault_of_our_own_in_looking_at_what_could_be_read_is_told_beside_what_could_not()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        await control.ApplyAsync("files", [Note("a")], new ErrorList(), TestContext.Current.CancellationToken);
        log.Clear();
        var errors = new ErrorList();

        await control.CheckEachAsync("files", [Note("alone")], errors, TestContext.Current.CancellationToken);
        Assert.Equal(["Note alone: text: Required value"], errors.All.Select(e => e.ToString()));
        await control.CheckEachAsync("files", [Note("broken")], errors, TestContext.Current.CancellationToken);

        Assert.StartsWith("a fault in Usher itself: was not thought of (in ", errors.All[0].Message, StringComparison.Ordinal);
        Assert.Empty(log);
        Assert.Equal(1, road.GetRequiredService<IGenerationSource>().Current.Number);
    }

    [Fact]
    public async Task A_warning_stops_nothing_and_is_kept_once()
    {
        await using var road = Build();

        var generation = await road.GetRequiredService<RoadControl>().ApplyAsync("files", [Note("odd")], new ErrorList(), TestContext.Current.CancellationToken);

        Assert.Equal(["Note odd: text: is odd"], generation!.Warnings.Select(w => w.ToString()));
    }

    [Fact]
    public async Task An_object_that_is_not_accepted_stops_no_other_one()
    {
        await using var road = Build();

        var generation = await road.GetRequiredService<RoadControl>().ApplyAsync("files", [Note("a"), Note("lone")], new ErrorList(), TestContext.Current.CancellationToken);

        var told = Assert.Single(generation!.Warnings);
        Assert.Equal("Note lone: text: stands alone", told.ToString());
        Assert.True(told.NotAccepted);
    }

    [Fact]
    public async Task A_carrier_that_cannot_start_undoes_what_others_started()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        var errors = new ErrorList();

        Assert.Null(await control.ApplyAsync("files", [Note("busy")], errors, TestContext.Current.CancellationToken));

        Assert.Equal(["prepare pods", "prepare edge", "undo edge", "undo pods"], log);
        Assert.Same(Generation.None, road.GetRequiredService<IGenerationSource>().Current);
        // What was refused isn't kept either: the next change starts from what runs.
        var next = await control.ApplyAsync("files", [Note("b")], new ErrorList(), TestContext.Current.CancellationToken);
        Assert.Equal(["b"], next!.Get<Notes>().Texts);
    }

    [Fact]
    public async Task Two_doorways_that_claim_one_object_are_an_error_that_names_both()
    {
        await using var road = Build();
        var control = road.GetRequiredService<RoadControl>();
        await control.ApplyAsync("files", [Note("a")], new ErrorList(), TestContext.Current.CancellationToken);
        var errors = new ErrorList();

        Assert.Null(await control.ApplyAsync("kubernetes", [Note("a", "kubernetes")], errors, TestContext.Current.CancellationToken));

        var error = Assert.Single(errors.All);
        Assert.Contains("'files'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'kubernetes'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_goes_from_the_edge_to_the_pods()
    {
        await using var road = Build();

        await road.GetRequiredService<RoadControl>().StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["stop edge", "stop pods"], log);
    }

    private ServiceProvider Build() => new ServiceCollection()
        .AddSingleton(RoadOptions.Default)
        .AddControl()
        .AddSingleton<IHopCompiler, NotesCompiler>()
        .AddSingleton<ICarrier>(new LoggingCarrier("edge", log))
        .AddSingleton<ICarrier>(new LoggingCarrier("pods", log))
        .BuildServiceProvider();

    private static Resource Note(string text, string doorway = "files") =>
        new(new ResourceKey("test", "Note", "", text), new NoteText(text), new Origin(doorway));

    private sealed record NoteText(string Text);

    private sealed record Notes(string[] Texts);

    private sealed class NotesCompiler : IHopCompiler
    {
        public Snapshot Compile(CompileContext context)
        {
            var notes = context.State.All<NoteText>().ToList();
            foreach (var note in notes.Where(n => n.Value.Text.StartsWith("bad", StringComparison.Ordinal)))
            {
                context.Errors.Add(note, "text", "is bad");
            }

            foreach (var note in notes.Where(n => n.Value.Text == "alone")) context.Errors.Add(note, "text", "Required value");
            // Two that find the same.
            foreach (var note in notes.Concat(notes).Where(n => n.Value.Text == "odd")) context.Warnings.Add(note, "text", "is odd");
            if (notes.Any(n => n.Value.Text == "broken")) throw new InvalidOperationException("was not thought of");
            foreach (var note in notes.Where(n => n.Value.Text == "lone")) context.Refuse(note, "text", "stands alone");
            return Snapshot.Of(new Notes([.. notes.Select(n => n.Value.Text)]));
        }
    }

    private sealed class LoggingCarrier(string name, List<string> log) : ICarrier
    {
        public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
        {
            log.Add($"prepare {name}");
            if (name == "edge" && next.Get<Notes>().Texts.Contains("busy")) errors.Add(new ConfigError(null, 0, name, "", "port in use"));
            return Task.FromResult<ICarrierChange>(new Change(name, next, log));
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            log.Add($"stop {name}");
            return Task.CompletedTask;
        }

        private sealed class Change(string name, Generation next, List<string> log) : ICarrierChange
        {
            private bool committed;

            public Task CommitAsync(CancellationToken cancellationToken)
            {
                committed = true;
                if (next.Get<Notes>().Texts.Contains("late")) throw new InvalidOperationException("was published");
                log.Add($"commit {name} {next.Number}");
                return Task.CompletedTask;
            }

            public ValueTask DisposeAsync()
            {
                if (!committed) log.Add($"undo {name}");
                return ValueTask.CompletedTask;
            }
        }
    }
}
