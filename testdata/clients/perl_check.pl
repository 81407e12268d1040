# DBD::Pg, which asks libpq for everything and describes statements by itself; libpq's variables say where.
use strict;
use warnings;
use DBI;

my $failed = 0;

sub connection { return DBI->connect('dbi:Pg:', undef, undef, {RaiseError => 1, PrintError => 0, AutoCommit => 1, @_}) }

sub check {
    my ($name, $run) = @_;
    my $h = eval { my $h = connection(); $run->($h); $h };
    (my $said = $@) =~ s/\s+/ /g;
    $failed++ if !$h;
    printf "%-6s %-12s %s%s\n", $h ? 'ok' : 'FAILED', 'DBD::Pg', $name, $h ? '' : ": $said";
    $h->disconnect if $h;
}

sub equal { my ($got, $want) = @_; die "got $got, want $want\n" if $got ne $want }

check 'types', sub {
    my @row = shift->selectrow_array(q{SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', '{1,2}'::int[], '\x00ff'::bytea, NULL});
    equal(join('|', @row[0 .. 5], @{$row[6]}, length $row[7], defined $row[8] ? 1 : 0), '1|2|1.50|1|x|2026-01-02|1|2|2|0');
};
check 'arguments', sub {
    my $st = shift->prepare('SELECT count(*) FROM calls WHERE duration_s > ? AND title <> ? AND direction <> ALL(?)');
    for my $i (0 .. 3) {
        $st->execute($i, "o'neil", ['a', 'b']);
        equal($st->fetchrow_array > 0, 1);
    }
};
check 'column names, types, nullability', sub {
    my $st = shift->prepare('SELECT id, started AS t, minutes FROM calls WHERE id <> ?');
    $st->execute('x');
    equal("@{$st->{NAME}} @{$st->{pg_type}} @{$st->{NULLABLE}}", 'id t minutes text timestamptz numeric 0 0 1');
};
check 'table_info, column_info', sub {
    my $h = shift;
    equal(scalar(grep { $_->[2] eq 'calls' } @{$h->table_info(undef, 'revenue', '%', 'TABLE,VIEW')->fetchall_arrayref}), 1);
    equal(scalar(grep { $_->[3] eq 'started' } @{$h->column_info(undef, 'revenue', 'calls', '%')->fetchall_arrayref}), 1);
};
check 'primary_key, foreign_key_info, statistics_info', sub {
    my $h = shift;
    equal(join(',', $h->primary_key(undef, 'revenue', 'calls')), 'id');
    my $keys = $h->foreign_key_info(undef, undef, undef, undef, 'revenue', 'calls')->fetchall_arrayref;
    equal(scalar(grep { $_->[2] eq 'gong_users' } @$keys) > 0, 1);
    $h->statistics_info(undef, 'revenue', 'calls', 0, 0)->fetchall_arrayref;
    $h->type_info_all;
};
check 'cursor', sub {
    my $h = shift;
    $h->begin_work;
    $h->do('DECLARE c CURSOR FOR SELECT id FROM calls');
    equal(scalar @{$h->selectall_arrayref('FETCH 10 FROM c')}, 10);
    $h->do('CLOSE c');
    $h->commit;
};
check 'savepoints', sub {
    my $h = shift;
    $h->begin_work;
    $h->pg_savepoint('a');
    eval { $h->do('SELECT 1/0') };
    equal($h->state, '22012');
    $h->pg_rollback_to('a');
    equal($h->selectrow_array('SELECT 2'), 2);
    $h->commit;
};
check 'copy', sub {
    my $h = shift;
    $h->do('COPY (SELECT id FROM gong_users) TO STDOUT');
    my ($line, $n) = ('', 0);
    $n++ while $h->pg_getcopydata($line) >= 0;
    equal($n > 0, 1);
};
check 'asynchronous, cancelled', sub {
    my $h = shift;
    $h->do('SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b', {pg_async => 1});
    select undef, undef, undef, 0.5;
    equal($h->pg_ready, 0);
    equal($h->pg_cancel, 1);
    equal($h->selectrow_array('SELECT 3'), 3);
};
check 'write refused', sub {
    my $h = shift;
    eval { $h->do('DELETE FROM calls') };
    equal($h->state, '25006');
};
exit($failed > 0);
