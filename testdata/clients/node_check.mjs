// node-postgres and postgres.js.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import assert from 'node:assert'

const require = createRequire(process.env.NODE_MODULES_OF + '/')
const pg = require('pg'), Cursor = require('pg-cursor'), QueryStream = require('pg-query-stream'), postgres = require('postgres')
const site = JSON.parse(fs.readFileSync(process.env.READY))
const user = site.users.find(u => u.login === 'analyst')
const [host, port] = site.pg.split(':')
const dsn = { host, port: +port, user: user.login, password: user.password, database: site.database, ssl: { rejectUnauthorized: false } }
let failed = 0

async function check(client, name, fn) {
  try {
    await fn()
    console.log(`ok     ${client.padEnd(12)} ${name}`)
  } catch (e) {
    failed++
    console.log(`FAILED ${client.padEnd(12)} ${name}: ${e.code ?? ''} ${String(e.message).split('\n')[0]}`)
  }
}

const wide = `SELECT 1::int2 a, 2::int8 b, 1.50::numeric(5,2) c, true d, 'x'::text e, date '2026-01-02' f,
  timestamptz '2026-01-02 03:04+00' g, interval '1 day' h, '{1,2}'::int[] i, '{"a":1}'::jsonb j, '\\x00ff'::bytea k, NULL l`

const c = new pg.Client({ ...dsn, statement_timeout: 5000, application_name: 'check' })
await c.connect()
await check('node-pg', 'types', async () => {
  const r = (await c.query(wide)).rows[0]
  assert.deepEqual([r.a, r.b, r.c, r.d, r.i, r.j], [1, '2', '1.50', true, [1, 2], { a: 1 }])
  assert.equal(r.g.toISOString(), '2026-01-02T03:04:00.000Z')
})
await check('node-pg', 'types, binary', async () => { await c.query({ text: 'SELECT 1::int4, 2::int8, true, 1.5::float8', binary: true }) })
await check('node-pg', 'arguments, named statement', async () => {
  for (let i = 0; i < 3; i++) {
    const r = await c.query({ name: 'n', text: 'SELECT count(*)::int n FROM calls WHERE started > $1 AND duration_s > $2 AND direction <> ALL($3)', values: [new Date(0), i, ['a']] })
    assert(r.rows[0].n > 0)
  }
})
await check('node-pg', 'several statements', async () => { assert.equal((await c.query('SELECT 1; SELECT 2')).length, 2) })
await check('node-pg', 'cursor', async () => {
  const cur = c.query(new Cursor('SELECT id FROM calls WHERE duration_s > $1', [0]))
  assert.equal((await cur.read(10)).length, 10)
  assert.equal((await cur.read(5)).length, 5)
  await cur.close()
})
await check('node-pg', 'query stream', async () => {
  let n = 0
  for await (const _ of c.query(new QueryStream('SELECT id FROM calls', [], { batchSize: 7 }))) n++
  assert(n > 10)
})
await check('node-pg', 'errors', async () => {
  await assert.rejects(c.query('SELECT nothing FROM calls'), { code: '42703' })
  await assert.rejects(c.query('SELECT 1/$1::int', [0]), { code: '22012' })
  assert.equal((await c.query('SELECT 1 AS x')).rows[0].x, 1)
})
await check('node-pg', 'pool', async () => {
  const p = new pg.Pool({ ...dsn, max: 3 })
  const rs = await Promise.all([...Array(8).keys()].map(i => p.query('SELECT $1::int AS i', [i])))
  assert.deepEqual(rs.map(r => r.rows[0].i), [...Array(8).keys()])
  await p.end()
})
await c.end()

const sql = postgres({ ...dsn, max: 2, onnotice: () => {} })
await check('postgres.js', 'types', async () => {
  const [r] = await sql`SELECT 1::int2 a, 2::int8 b, true d, date '2026-01-02' f, '{1,2}'::int[] i, '{"a":1}'::jsonb j, '{a,b}'::text[] t`
  assert.deepEqual([r.a, r.b, r.d, [...r.i], r.j, [...r.t]], [1, '2', true, [1, 2], { a: 1 }, ['a', 'b']])
})
await check('postgres.js', 'arguments', async () => {
  const [r] = await sql`SELECT count(*)::int n FROM calls WHERE started > ${new Date(0)} AND duration_s > ${1} AND direction IN ${sql(['Inbound', 'Outbound', 'Conference', 'Unknown'])} AND id <> ALL(${['a', 'b']})`
  assert(r.n > 0)
})
await check('postgres.js', 'identifiers', async () => { assert.equal((await sql`SELECT ${sql(['id', 'title'])} FROM ${sql('calls')} LIMIT 2`).length, 2) })
await check('postgres.js', 'cursor', async () => {
  let n = 0
  await sql`SELECT id FROM calls`.cursor(10, rows => { n += rows.length })
  assert(n > 10)
  for await (const rows of sql`SELECT id FROM calls`.cursor(7)) { n += rows.length; if (n > 100) break }
})
await check('postgres.js', 'forEach, describe', async () => {
  await sql`SELECT id FROM gong_users`.forEach(() => {})
  assert.equal((await sql`SELECT id, started FROM calls WHERE id = ${'x'}`.describe()).columns.length, 2)
})
await check('postgres.js', 'transaction, savepoint', async () => {
  await sql.begin('read only', async t => {
    await t`SELECT 1`
    await t.savepoint(async s => { await s`SELECT 1/0` }).catch(() => {})
    assert.equal((await t`SELECT 2 AS x`)[0].x, 2)
  })
})
await check('postgres.js', 'pipelined', async () => { await Promise.all([...Array(20).keys()].map(i => sql`SELECT ${i}::int`)) })
await check('postgres.js', 'copy', async () => {
  let n = 0
  for await (const part of await sql`COPY (SELECT id FROM calls) TO STDOUT`.readable()) n += part.length
  assert(n > 0)
})
await check('postgres.js', 'simple, unsafe', async () => { await sql`SELECT 1; SELECT 2`.simple(); await sql.unsafe('SELECT $1::text', ['x']) })
await check('postgres.js', 'cancel', async () => {
  const q = sql`SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b`.execute()
  setTimeout(() => q.cancel(), 300)
  await assert.rejects(q, { code: '57014' })
})
await sql.end()
process.exit(failed ? 1 : 0)
